//! The names that brokers and people give to columns, in several languages.
//!
//! A name is compared without case, spaces and punctuation, so one entry covers `Cost/Share`,
//! `cost_share` and `Cost Share`. To teach the reader another name, add it to a list here.

use std::{collections::HashMap, sync::LazyLock};

use crate::reading::Field;

/// Confidence of a name that means one thing only.
pub(crate) const SURE: f64 = 1.0;
/// Confidence of a name that almost always means one thing, but gives way to a sure one.
const LIKELY: f64 = 0.8;
/// Confidence of a name that depends on the other columns, such as "Price" or "Date".
pub(crate) const WEAK: f64 = 0.6;
/// Confidence of a name that is used only if no other column has the field.
const LAST_RESORT: f64 = 0.4;

#[rustfmt::skip]
const NAMES: &[(Field, f64, &[&str])] = &[
    (Field::Symbol, SURE, &[
        "symbol", "ticker", "ticker symbol", "stock symbol", "security symbol", "symbole", "símbolo", "simbolo",
        "trading symbol", "tradingsymbol", "ticker code", "tickersymbol", "epic", "tidm", "kortnamn", "kürzel",
        "börsenkürzel", "symbol/cusip", "symbol ticker", "instrument symbol", "stock ticker", "symbool", "tickersymbool",
        "local symbol", "scrip", "nse code", "stock code", "symbol code",
    ]),
    (Field::Symbol, LIKELY, &["instrument", "instrument code"]),
    (Field::Symbol, WEAK, &["code", "asset", "stock", "share", "kod", "identifier", "security id"]),
    (Field::Isin, SURE, &[
        "isin", "isin code", "isin number", "isin nr", "isin-code", "isin kod", "code isin", "codice isin", "código isin",
        "isin-nummer",
    ]),
    (Field::Cusip, SURE, &["cusip", "cusip number"]),
    (Field::Sedol, SURE, &["sedol", "sedol code"]),
    (Field::Description, SURE, &[
        "description", "security description", "investment name", "security name", "company name", "stock name",
        "fund name", "instrument name", "wertpapiername", "wertpapierbezeichnung", "bezeichnung", "productnaam",
        "värdepapper/beskrivning", "omschrijving", "libellé", "libelle", "descrizione", "descripción", "transaction details",
        "asset name", "holding name", "name of security", "product name", "descripcion",
    ]),
    (Field::Description, LIKELY, &[
        "name", "company", "investment", "product", "produkt", "produit", "prodotto", "producto", "värdepapper",
        "verdipapir", "værdipapir", "wertpapier", "holding", "fund", "security", "naam", "namn", "navn", "nom", "nombre",
        "valeur mobilière", "titel", "titolo", "stock", "shareholding", "fund/stock",
    ]),
    (Field::Description, LAST_RESORT, &["details", "comment", "opmerking", "transaktionstext", "note", "notes", "memo"]),
    (Field::Quantity, SURE, &[
        "quantity", "qty", "shares", "units", "units held", "no. of shares", "number of shares", "shares held",
        "shares owned", "num of shares", "quantity held", "stück", "stück/nominale", "anzahl", "anteile", "aantal", "antal",
        "antall", "quantité", "quantite", "quantità", "quantita", "cantidad", "títulos", "filled", "filled qty",
        "filled quantity", "executed qty", "executed quantity", "share quantity", "lot quantity", "stücke", "määrä", "liczba",
        "ilość", "množství", "quantidade", "current shares", "no of units", "number of units", "units owned", "#shares",
        "# of shares", "share count", "sellable qty.", "anzahl anteile", "anzahl stücke", "quantity available",
        "antal aktier", "aktier", "nombre de titres", "nombre d'actions", "numero di azioni", "número de acciones",
        "qty (quantity)", "position size", "amount of shares", "contracts", "filled@avg price",
    ]),
    (Field::Quantity, LIKELY, &["stk", "st", "stuks", "stukken", "pezzi", "azioni", "acciones", "ações", "akcje", "titres", "parts", "kpl", "nominal", "nominale", "menge", "shares/units", "holdings"]),
    (Field::Quantity, WEAK, &["position", "total qty", "total quantity", "order qty", "volume", "bestand", "size"]),
    (Field::EntryPrice, SURE, &[
        "entry price per share", "entry price", "cost/share", "cost per share", "cost basis/share", "cost basis per share",
        "avg price", "average price", "avg cost", "average cost", "avg. cost per share", "average cost per share",
        "average cost basis", "avg cost basis", "average buy price", "avg buy price", "avg. buy price", "price paid",
        "purchase price", "buy price", "unit cost", "cost price", "cost per unit", "open price", "acquisition price",
        "cost basis price", "average unit cost", "avg unit cost", "book cost per share", "t. price", "trade price",
        "execution price", "executed price", "filled price", "fill price", "avg filled price", "avg fill price",
        "average filled price", "average fill price", "average purchase price", "basis per share", "adjusted cost per share",
        "avg entry price", "average entry price", "buy avg", "buy average", "avg. open", "average open price",
        "purchase price per share", "price per share paid", "acquisition price per share", "entry price/share",
        "einstandskurs", "einstandspreis", "einstiegskurs", "kaufkurs", "kaufpreis", "ausführungskurs", "durchschnittskurs",
        "ø einstandskurs", "ø kaufkurs", "einstand", "aankoopkoers", "aankoopprijs", "gem. aankoopkoers",
        "gemiddelde aankoopkoers", "gemiddelde aankoopprijs", "gak", "inköpskurs", "inköpspris", "gav", "anskaffningskurs",
        "genomsnittligt anskaffningsvärde", "gav (sek)", "prix d'achat", "prix de revient unitaire", "prix de revient",
        "pru", "prix moyen", "prix moyen d'achat", "prezzo di acquisto", "prezzo d'acquisto", "prezzo medio",
        "prezzo medio di carico", "precio de compra", "precio medio", "preço médio", "anskaffelseskurs", "kostpris",
        "unit cost (p)", "average price paid", "average cost price", "avg cost price", "paid price",
    ]),
    (Field::EntryPrice, LIKELY, &["price / share", "opening price", "price per share in account currency"]),
    (Field::EntryPrice, WEAK, &[
        "price", "kurs", "koers", "cours", "prezzo", "precio", "share price", "unit price", "price per share", "pris", "preis",
        "cena", "hinta", "preço", "rate", "prix", "price (price)", "price/share", "prijs", "stückpreis", "kurs/preis",
    ]),
    (Field::CostBasis, SURE, &[
        "cost basis", "cost basis total", "total cost", "cost value", "book cost", "book value", "buy value", "invested",
        "invested amount", "invested value", "amount invested", "einstandswert", "purchase value", "cost basis money",
        "total cost basis", "adjusted cost", "adjusted cost basis", "original cost", "purchase cost", "kaufwert",
        "total book cost", "cost amount", "aankoopwaarde", "inköpsvärde", "anskaffningsvärde", "prix de revient total",
        "montant investi", "costo totale", "coste total", "total purchase cost", "buy amount", "investment amount",
        "total invested", "purchase amount", "cost basis (usd)", "total paid", "tax cost", "total adjusted cost",
    ]),
    (Field::CostBasis, LIKELY, &["cost", "basis"]),
    (Field::MarketPrice, SURE, &[
        "last price", "current price", "market price", "close price", "closing price", "ltp", "bewertungskurs", "mark price",
        "aktueller kurs", "slotkoers", "last", "close", "senaste kurs", "senast", "market price per share", "c. price",
        "current share price", "slutkurs", "actuele koers", "current market price", "cmp", "last trade price", "quote",
        "last close", "price today", "latest price", "todays price", "kurs aktuell", "cours actuel", "prezzo attuale",
        "prezzo di mercato", "precio actual", "cierre", "cours de clôture", "mark", "prev close", "previous close",
        "recent price", "price as of date", "senaste",
    ]),
    (Field::MarketValue, SURE, &[
        "market value", "mkt val", "mkt value", "current value", "total value", "cur. val", "closing value", "kurswert",
        "marktwert", "marknadsvärde", "position value", "holding value", "ending value", "present value", "marktwaarde",
        "huidige waarde", "valeur de marché", "valorisation", "valore di mercato", "valor de mercado", "markedsværdi",
        "aktueller wert", "market value (usd)", "market val", "ending market value", "value today", "gesamtwert",
    ]),
    (Field::MarketValue, LIKELY, &["value", "waarde", "wert", "värde", "valeur", "valore", "valor", "equity", "market"]),
    (Field::EntryDate, SURE, &[
        "entry date", "purchase date", "open date", "date acquired", "acquired", "acquired date", "acquisition date",
        "buy date", "trade date", "date opened", "opened", "date purchased", "activity/trade date", "run date",
        "execution date", "executed at", "filled time", "fill time", "fill date", "kaufdatum", "handelsdatum",
        "ausführungsdatum", "ausführung", "aankoopdatum", "affärsdag", "handelsdag", "inköpsdatum", "datum/tijd",
        "date d'achat", "date d'opération", "date opération", "lot date", "lot open date", "t/d", "open date/time",
        "open datetime", "date bought", "bought on", "bought", "date of purchase", "data operazione", "data di acquisto",
        "fecha de compra", "fecha de operación", "købsdato", "kjøpsdato", "transactiedatum", "executed date",
        "trade date/time", "date/time", "opening date", "date of trade", "original purchase date", "execution time",
        "ostopäivä", "aankoop datum", "einstiegsdatum", "datetime", "date time",
    ]),
    (Field::EntryDate, LIKELY, &["activity date", "transaction date", "order execution time", "exec time", "transactiondate"]),
    (Field::EntryDate, WEAK, &[
        "date", "datum", "fecha", "data", "dato", "timestamp", "date (utc)", "day", "buchungsdatum", "boekdatum", "when",
    ]),
    (Field::EntryDate, LAST_RESORT, &["time", "settlement date", "bokföringsdag", "placed time", "order time", "process date", "created", "settle date"]),
    (Field::ExitDate, SURE, &[
        "exit date", "close date", "date closed", "sell date", "date sold", "sale date", "sold date", "closed date",
        "verkaufsdatum", "verkoopdatum", "försäljningsdatum", "date de vente", "sold on", "closing date", "disposal date",
    ]),
    (Field::ExitPrice, SURE, &[
        "exit price per share", "exit price", "sell price", "sale price", "sold price", "verkaufskurs", "verkaufspreis",
        "verkoopkoers", "verkoopprijs", "försäljningskurs", "prix de vente", "closing trade price", "price sold",
        "selling price", "sale price per share",
    ]),
    (Field::InvestmentClass, SURE, &["investment class"]),
    (Field::InvestmentClass, LIKELY, &[
        "security type", "asset category", "asset class", "asset type", "sec type", "product type", "instrument type",
        "securitytype", "investment type", "holding type",
    ]),
    (Field::InvestmentSubtype, SURE, &["investment subtype"]),
    (Field::UnderlyingSymbol, SURE, &["underlying symbol", "underlying", "underlying ticker"]),
    (Field::StrikePrice, SURE, &["strike price", "strike"]),
    (Field::ExpirationDate, SURE, &["expiration date", "expiration", "expiry", "expiry date", "exp date", "expires"]),
    (Field::OptionType, SURE, &["option type", "put/call", "call/put", "right", "c/p", "p/c"]),
    (Field::Multiplier, SURE, &["multiplier", "mult", "contract size", "shares per contract"]),
    (Field::Currency, SURE, &[
        "currency", "ccy", "curr", "currency primary", "valuta", "währung", "waehrung", "devise", "moneda", "divisa", "moeda",
        "currency (price / share)", "price currency", "currency code", "instrument currency", "trade currency",
        "local currency", "curr.", "currency (price)", "valutakod", "trading currency", "price_currency", "instrument ccy",
    ]),
    (Field::Action, SURE, &[
        "action", "transaction type", "trans code", "side", "buy/sell", "buy / sell", "trade type", "transaktionstyp",
        "typ av transaktion", "transactietype", "type de transaction", "transaction code", "buy or sell", "transaktionsart",
        "transaction", "vorgang", "buchungstyp", "tipo de operación", "tipo operazione", "opération", "operation", "sens",
        "buy/sell/div", "order side", "b/s", "activity", "transaktionstype", "koop/verkoop", "kauf/verkauf", "köp/sälj",
        "achat/vente", "event type", "event", "activity sub type", "tipo operación", "tipo de transacción",
    ]),
    (Field::Action, LIKELY, &["activity type", "typ", "tipo", "art", "transaction description", "direction", "operazione"]),
    (Field::Action, WEAK, &["type", "kind", "category", "transaktion", "order type"]),
    (Field::Amount, SURE, &[
        "amount", "net amount", "proceeds", "principal amount", "gross amount", "belopp", "gesamtbetrag", "betrag", "totaal",
        "bedrag", "montant", "importo", "importe", "total amount", "lokale waarde", "net cash", "trade money", "net value",
        "amount ($)", "beløb", "montant net", "total", "local value", "valore locale", "wert lokal", "amount (usd)",
    ]),
    (Field::Fees, SURE, &[
        "fees & comm", "commission", "fees", "fee", "comm/fee", "ib commission", "courtage", "commissions and fees",
        "transaction fee", "gebühr", "gebühren", "transactiekosten en/of", "provision", "comm", "commissions", "kosten",
        "transaction costs", "total fees", "total avgift", "frais", "commissioni", "comisión", "kurtage", "kurtasje",
        "transactiekosten", "transaction and/or third", "commission ($)", "fees ($)",
    ]),
    (Field::Status, SURE, &["status", "order status", "makuleringsdatum", "state", "order state", "cancellation date"]),
    (Field::Account, SURE, &[
        "account", "account number", "account no", "account id", "account #", "konto", "kontonummer", "depå", "depot",
        "depotnummer", "rekening", "compte", "conto", "cuenta", "client account id", "accountnumber", "portfolio",
    ]),
    (Field::Account, LIKELY, &["account name"]),
    (Field::Ignored, SURE, &[
        "total gain/loss", "gain/loss", "currency (result)", "currency (total)", "currency (withholding tax)",
        "currency (currency conversion fee)", "currency (amount)", "base currency", "totalt antal", "account type",
        "account currency", "unrealized gain", "unrealized gain/loss", "unrealized p&l", "unrealised p&l", "p&l", "p/l",
        "day change", "change", "% change", "change %", "weight", "% of portfolio", "% of account", "wkn", "order id",
        "transaction id", "withholding tax", "belasting", "tax", "fx rate", "exchange rate", "dividend yield", "yield",
    ]),
];

static BY_NAME: LazyLock<HashMap<String, Vec<(Field, f64)>>> = LazyLock::new(|| {
    let mut names: HashMap<String, Vec<(Field, f64)>> = HashMap::new();
    for (field, confidence, words) in NAMES {
        for word in *words {
            names.entry(folded(word)).or_default().push((*field, *confidence));
        }
    }
    for meanings in names.values_mut() {
        meanings.sort_by(|left, right| right.1.total_cmp(&left.1));
    }
    names
});

/// Returns a column name in the form in which names are compared: lower case letters and digits
/// only. Spaces, punctuation and currency signs are dropped.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns what a column of this name can hold, the most likely first. A remark in parentheses,
/// such as `(Quantity)` or `(£)`, counts only if the name is known with it.
pub(crate) fn meanings(name: &str) -> &'static [(Field, f64)] {
    let whole = BY_NAME.get(&folded(name));
    let known = whole.or_else(|| {
        let before = name.split_once(['(', '[']).map(|(before, _)| before)?;
        BY_NAME.get(&folded(before))
    });
    known.map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_in_several_spellings() {
        for (name, field) in [
            ("Entry Price Per Share", Field::EntryPrice),
            ("COST/SHARE", Field::EntryPrice),
            ("Qty (Quantity)", Field::Quantity),
            ("Qty #", Field::Quantity),
            ("Price (pence)", Field::EntryPrice),
            ("TransactionDate", Field::EntryDate),
            ("Stück/Nominale", Field::Quantity),
            ("SÄLJDATUM?", Field::Ignored),
        ] {
            let found = meanings(name).first().map_or(Field::Ignored, |(field, _)| *field);
            assert_eq!(found, field, "{name}");
        }
    }

    #[test]
    fn prefers_name_with_its_remark() {
        assert_eq!(meanings("Currency (Result)"), [(Field::Ignored, SURE)]);
        assert_eq!(meanings("Currency (Price / share)"), [(Field::Currency, SURE)]);
    }
}
