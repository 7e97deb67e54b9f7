//! Recognizes cash, money market funds and currencies.

mod currencies;

pub(crate) use currencies::currency_code;

/// Words that name cash in the cells of brokers.
const CASH_WORDS: [&str; 10] = [
    "CASH",
    "MONEY MARKET",
    "SWEEP",
    "SETTLEMENT FUND",
    "INSURED DEPOSIT",
    "BANK DEPOSIT",
    "CORE POSITION",
    "LIQUIDITY FUND",
    "TREASURY OBLIGATIONS FUND",
    "GOVERNMENT RESERVES",
];

/// Currencies whose code is also the symbol of a company or fund: Nokia, Audacy and others. Such a
/// code alone is not cash.
const ALSO_SYMBOLS: [&str; 9] = ["AUD", "BRL", "HKD", "ILS", "INR", "NOK", "SGD", "TRY", "THB"];

/// Returns whether a row is cash. `symbol`, `description` and `kind` are its cells, each of which
/// may be empty or absent.
///
/// A description decides only if the symbol is not that of a security, because a share may have
/// the description "Cash dividend" or be held in a cash account.
pub(crate) fn is_cash(symbol: &str, description: &str, kind: &str) -> bool {
    let symbol = normalized(symbol);
    let kind = normalized(kind);
    if is_money_market_fund(&symbol)
        || is_word_for_cash(&symbol)
        || kind.contains("MONEY MARKET")
        || kind.contains("CASH EQUIVALENT")
    {
        return true;
    }
    if is_cash_code(&symbol) {
        // `CASH` and `USD` are also symbols of a bank and a fund, which have their own name.
        let description = normalized(description);
        let is_currency = currency_code(&description).is_some();
        return description.is_empty() || is_currency || has_cash_words(&description) || kind == "CASH";
    }
    if is_ticker(&symbol) {
        // A currency that is also a symbol is cash if its row says so.
        let is_said = || has_cash_words(&normalized(description)) || has_cash_words(&kind);
        return currency_code(&symbol).is_some() && is_said();
    }
    if symbol.is_empty() {
        return kind == "CASH" || has_cash_words(&normalized(description));
    }
    has_cash_words(&symbol) || (has_words_of_currency(&symbol) && has_cash_words(&kind))
}

/// Returns the text in upper case, with single spaces and without footnote marks. Text that says
/// that there is no value becomes empty.
fn normalized(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_uppercase();
    let bare = text.trim_matches(['*', '(', ')', '$', ' ']);
    if super::number::is_absent(bare) { String::new() } else { bare.to_owned() }
}

/// Returns whether the symbol is that of a money market fund. In the United States, a mutual fund
/// has a symbol of five letters, and that of a money market fund ends with `XX`.
fn is_money_market_fund(symbol: &str) -> bool {
    const OTHERS: [&str; 4] = ["QACDS", "QPCTQ", "QPIAQ", "QPIFQ"];
    let is_fund = symbol.len() == 5 && symbol.ends_with("XX") && symbol.bytes().all(|byte| byte.is_ascii_uppercase());
    is_fund || OTHERS.contains(&symbol)
}

/// Returns whether the symbol is a broker's word for cash, which no security has.
fn is_word_for_cash(symbol: &str) -> bool {
    matches!(symbol, "FCASH" | "CASHBAL" | "USDCASH" | "USD CASH" | "USD-CASH" | "USD_CASH" | "CASH-USD" | "CASH_USD")
        || matches!(symbol, "CASH USD" | "USD.CASH" | "CASH.USD" | "USDOLLAR" | "MMDA1" | "MMDA12")
}

/// Returns whether the symbol is a word for cash or a currency, and not usually a security.
fn is_cash_code(symbol: &str) -> bool {
    let code = symbol.strip_prefix("CUR:").unwrap_or(symbol);
    code == "CASH"
        || is_word_for_cash(code)
        || currency_code(code).is_some_and(|known| !ALSO_SYMBOLS.contains(&known) || code != symbol)
}

fn is_ticker(symbol: &str) -> bool {
    symbol.len() <= 6
        && symbol.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/'))
        && !symbol.is_empty()
}

fn has_cash_words(text: &str) -> bool {
    CASH_WORDS.iter().any(|words| contains_words(text, words)) && !is_dividend(text)
}

fn has_words_of_currency(text: &str) -> bool {
    text.split(' ').any(|word| currency_code(word).is_some())
}

/// Returns whether the text is about a payment, such as "Cash Div".
fn is_dividend(text: &str) -> bool {
    ["DIV", "DIVIDEND", "IN LIEU", "MERGER"].iter().any(|word| contains_words(text, word))
}

/// Returns whether the words occur in the text between characters that are not letters.
fn contains_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphabetic) && !after.is_some_and(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests;
