//! Turns the rows of a history into trades.

use chrono::NaiveTime;

use super::{
    holdings::foreign,
    row::TableReader,
    security::RowSecurity,
    state::State,
    trade_text::{TradeText, trade_text},
};
use crate::{
    cells::{cash::is_cash, number::is_absent},
    columns::{folded, looks_like_number},
    content::LeftOutReason,
    history::{Action, Security, Trade, action, action_by_sign, split_ratio},
    problem::{Fault, ProblemCode},
    quote::quote,
    reading::Field,
    recognize::{is_footer, is_total},
    sheet::SheetRow,
};

/// Names of columns with the time of a trade, apart from its day.
const TIMES: [&str; 9] = ["time", "tijd", "uhrzeit", "heure", "ora", "hora", "tid", "zeit", "exectime"];
/// Names of columns with the number of an order.
const ORDER_IDS: [&str; 6] = ["orderid", "ordernumber", "ordernr", "idordine", "iddelorden", "idordre"];

/// Words of orders that were executed, at least in part.
const EXECUTED: [&str; 14] = [
    "filled",
    "executed",
    "complete",
    "completed",
    "settled",
    "partially filled",
    "partial",
    "done",
    "success",
    "confirmed",
    "ausgeführt",
    "uitgevoerd",
    "exécuté",
    "all filled",
];
/// Words of orders that may still be executed.
const OPEN: [&str; 13] = [
    "pending",
    "open",
    "working",
    "queued",
    "placed",
    "new",
    "submitted",
    "live",
    "accepted",
    "in progress",
    "waiting",
    "offen",
    "ausstehend",
];

/// Columns of a history that are not fields.
#[derive(Debug, Clone, Copy, Default)]
struct ExtraColumns {
    time: Option<usize>,
    order_id: Option<usize>,
    codes: Option<usize>,
}

impl TableReader<'_, '_> {
    /// Reads all rows of the table. Rows without a trade are left out.
    pub(super) fn trades(&self, state: &mut State) -> Vec<Trade> {
        let named = |names: &[&str]| {
            self.table.names.iter().position(|name| {
                let name = folded(name);
                names.iter().any(|known| *known == name)
            })
        };
        let extra = ExtraColumns { time: named(&TIMES), order_id: named(&ORDER_IDS), codes: named(&["code"]) };
        let mut trades = Vec::new();
        for row in self.rows() {
            if state.changes.left_out.contains(&row.line) {
                state.leave_out(row.line, LeftOutReason::ByPerson);
            } else if let Some(why) = self.not_a_trade(row) {
                state.leave_out(row.line, why);
            } else {
                self.note_account(row, state);
                match self.trade(row, extra, state) {
                    Ok(trade) => trades.extend(trade),
                    Err(why) => state.leave_out(row.line, why),
                }
            }
        }
        trades
    }

    /// Returns why a row is not even an event of the account.
    fn not_a_trade(&self, row: &SheetRow) -> Option<LeftOutReason> {
        let mut filled = row.cells.iter().filter(|cell| !is_absent(cell));
        let first = filled.next()?;
        let is_single = filled.next().is_none();
        if let Some(level) = self.level(row)
            && !matches!(level, "Order" | "Trade" | "Execution")
        {
            return Some(LeftOutReason::Repeated);
        }
        if is_total(first) {
            return Some(LeftOutReason::Total);
        }
        if is_single || is_footer(first) && self.cell(row, Field::Quantity).is_none_or(|text| !looks_like_number(text))
        {
            return Some(LeftOutReason::Footer);
        }
        self.status(row)
    }

    /// Returns why an order is no trade, if it was not executed.
    fn status(&self, row: &SheetRow) -> Option<LeftOutReason> {
        let text = self.cell(row, Field::Status)?;
        let name = folded(self.columns.name(Field::Status));
        if name.contains("makulering") || name.contains("cancel") {
            return Some(LeftOutReason::Cancelled);
        }
        let lower = text.to_lowercase();
        let lower = lower.trim();
        let is_one_of = |words: &[&str]| words.contains(&lower);
        if is_one_of(&EXECUTED) || lower.starts_with("partial") {
            return None;
        }
        let unfilled =
            ["cancel", "cancelled", "fail", "reject", "expired", "storn", "annul", "geannuleerd", "declined", "void"];
        if unfilled.iter().any(|word| lower.contains(word)) {
            return Some(LeftOutReason::Cancelled);
        }
        is_one_of(&OPEN).then_some(LeftOutReason::Pending)
    }

    /// Reads one trade. Returns `Ok(None)` after reporting a problem.
    fn trade(&self, row: &SheetRow, extra: ExtraColumns, state: &mut State) -> Result<Option<Trade>, LeftOutReason> {
        let description = self.cell(row, Field::Description).unwrap_or_default();
        let other_words = || {
            let mut cells = self.columns.other_actions.iter().filter_map(|index| row.cells.get(*index));
            cells.find(|cell| !is_absent(cell) && action(cell, "").is_some())
        };
        let words = self.cell(row, Field::Action).or_else(other_words);
        if words.is_none() && self.columns.has(Field::Action) && self.cell(row, Field::Symbol).is_none() {
            // A fill of the order above it, or a remark.
            return Err(LeftOutReason::Repeated);
        }
        let spelled = [words.unwrap_or_default(), description].into_iter().find_map(trade_text);
        let mut quantity = self.trade_quantity(row, state);
        if quantity == Ok(0.0)
            && let Some(TradeText { quantity: Some(spelled), .. }) = spelled
        {
            quantity = Ok(spelled);
        }
        let Ok(quantity) = quantity else { return Ok(None) };
        let action = self.row_action(row, words, description, spelled.as_ref(), quantity, extra)?;
        let Some(action) = action else {
            let text = words.unwrap_or(description);
            let message = format!("We don't know what {} means; leave the row out if it is not a trade.", quote(text));
            self.report(row, Field::Action, Fault::new(ProblemCode::Required, message), state);
            return Ok(None);
        };
        if let Action::NotTrade(why) = action {
            return Err(why);
        }
        let cells = self.security_cells(row);
        let is_money = is_cash(cells.symbol.unwrap_or_default(), description, "");
        if is_money || cells.symbol.is_none() && !self.names_security(row) && quantity == 0.0 {
            return Err(LeftOutReason::MoneyTransfer);
        }
        if self.is_forex(row) {
            return Err(LeftOutReason::CurrencyExchange);
        }
        let class = self.cell(row, Field::InvestmentClass).unwrap_or_default().to_lowercase();
        let codes = words.unwrap_or_default().to_uppercase();
        let says_option = class.contains("option")
            || matches!(codes.as_str(), "BTO" | "STC" | "STO" | "BTC" | "OEXP" | "OASGN" | "OEXCS" | "OCA")
            || codes.contains("TO OPEN")
            || codes.contains("TO CLOSE")
            || matches!(action, Action::Expired | Action::Assigned | Action::Exercised);
        let by_columns = self.silent_terms(row);
        let security = match by_columns {
            Some(option) => Ok(RowSecurity { symbol: None, isin: None, option: Some(option) }),
            None => self.security(row, cells, says_option, state),
        };
        let date = self.date(row, Field::EntryDate, state);
        let price = self.trade_price(row, spelled.as_ref(), state);
        let (Ok(security), Ok(date), Ok(price)) = (security, date, price) else { return Ok(None) };
        let Some(date) = date else {
            self.require(row, Field::EntryDate, "enter the day of the trade", state);
            return Ok(None);
        };
        let amount = self.money_or_none(row, Field::Amount);
        let same_currency = |money: &super::row::Money| match (price, money.currency) {
            (Some(price), Some(currency)) => price.currency.unwrap_or("USD") == currency,
            _ => true,
        };
        let text = self.cell(row, Field::EntryDate).unwrap_or_default();
        let filled = |index: usize| row.cells.get(index).filter(|cell| !is_absent(cell));
        let security = Security { symbol: security.symbol, isin: security.isin, option: security.option };
        Ok(Some(Trade {
            time: extra.time.and_then(filled).and_then(time_in).or_else(|| time_in(text)),
            price: price.map(|price| price.value),
            amount: amount.filter(same_currency).map(|money| money.value),
            currency: price.or(amount).and_then(foreign),
            account: self.cell(row, Field::Account).map(str::to_owned),
            has_order_id: extra.order_id.map(|index| filled(index).is_some()),
            ratio: split_ratio(description, action),
            ..Trade::new(row.line, date, security, action, quantity)
        }))
    }

    /// Returns what a row records. Returns `Ok(None)` if its words are unknown.
    fn row_action(
        &self,
        row: &SheetRow,
        words: Option<&str>,
        description: &str,
        spelled: Option<&TradeText<'_>>,
        quantity: f64,
        extra: ExtraColumns,
    ) -> Result<Option<Action>, LeftOutReason> {
        if let Some(reference) = words.filter(|_| self.is_reference_column()) {
            return match reference.as_bytes().first() {
                Some(b'B') => Ok(Some(Action::Buy)),
                Some(b'S') => Ok(Some(Action::Sell)),
                _ => Err(LeftOutReason::MoneyTransfer),
            };
        }
        let known = match words {
            Some(words) => action(words, description),
            None if spelled.is_some() || !self.columns.has(Field::Quantity) => action("", description),
            None => action("", description).filter(|_| !description.is_empty() && quantity >= 0.0),
        };
        if known.is_some() {
            return Ok(known);
        }
        if quantity == 0.0 {
            // Without shares, only money was moved.
            return Err(LeftOutReason::MoneyTransfer);
        }
        if words.is_some() || self.columns.has(Field::Action) {
            return Ok(None);
        }
        if let Some(side) = self.side_by_money(row) {
            return Ok(Some(side));
        }
        let codes = extra.codes.and_then(|index| row.cells.get(index)).unwrap_or_default();
        let is_option = self
            .cell(row, Field::InvestmentClass)
            .is_some_and(|class| class.to_lowercase().contains("option") || class.eq_ignore_ascii_case("OPT"));
        Ok(Some(action_by_sign(quantity, codes, is_option)))
    }

    /// Returns the side of a trade in a file with one column for money paid and one for money
    /// received.
    fn side_by_money(&self, row: &SheetRow) -> Option<Action> {
        let place = |name: &str| self.table.names.iter().position(|column| folded(column) == name);
        let (debit, credit) = (place("debit")?, place("credit")?);
        let filled = |index: usize| row.cells.get(index).is_some_and(|cell| !is_absent(cell) && cell != "0");
        match (filled(debit), filled(credit)) {
            (true, false) => Some(Action::Buy),
            (false, true) => Some(Action::Sell),
            _ => None,
        }
    }

    /// Returns whether the first letter of the action column is the side, such as `B123456`.
    fn is_reference_column(&self) -> bool {
        folded(self.columns.name(Field::Action)) == "reference"
    }

    fn names_security(&self, row: &SheetRow) -> bool {
        [Field::Isin, Field::Cusip, Field::Sedol, Field::Description].into_iter().any(|f| self.cell(row, f).is_some())
    }

    fn is_forex(&self, row: &SheetRow) -> bool {
        self.cell(row, Field::InvestmentClass)
            .is_some_and(|class| class.eq_ignore_ascii_case("forex") || class.eq_ignore_ascii_case("cash"))
    }

    /// Reads the shares of a trade, or zero if the row has none. `172@2.47` has both quantity and
    /// price.
    fn trade_quantity(&self, row: &SheetRow, state: &mut State) -> Result<f64, super::row::Reported> {
        let Some(text) = self.cell(row, Field::Quantity) else { return Ok(0.0) };
        let quantity = match text.split_once('@') {
            Some((quantity, _)) if !quantity.trim().is_empty() => quantity.trim(),
            _ => text,
        };
        match self.conventions.amount(quantity) {
            Ok(amount) => Ok(amount.value),
            Err(fault) => Err(self.report(row, Field::Quantity, fault, state)),
        }
    }

    fn trade_price(
        &self,
        row: &SheetRow,
        spelled: Option<&TradeText<'_>>,
        state: &mut State,
    ) -> Result<Option<super::row::Money>, super::row::Reported> {
        let in_quantity = self.cell(row, Field::Quantity).and_then(|text| text.split_once('@')).map(|(_, price)| price);
        if let Some(text) = in_quantity.filter(|text| !text.is_empty()) {
            return match self.conventions.amount(text) {
                Ok(amount) => Ok(Some(self.in_unit(row, Field::EntryPrice, amount.value, amount.currency))),
                Err(fault) => Err(self.report(row, Field::Quantity, fault, state)),
            };
        }
        let price = self.money(row, Field::EntryPrice, state)?;
        Ok(price.or_else(|| {
            let spelled = spelled?;
            Some(self.in_unit(row, Field::EntryPrice, spelled.price?, spelled.currency))
        }))
    }
}

/// Finds a time such as `14:30` or `02:30:03 PM` in a text.
fn time_in(text: &str) -> Option<NaiveTime> {
    let mut words = text.split([' ', 'T', ',', ';']).filter(|word| !word.is_empty());
    let clock = words.by_ref().find(|word| word.contains(':'))?;
    let is_afternoon = words.next().is_some_and(|word| word.eq_ignore_ascii_case("PM"));
    let mut parts = clock.split(':').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0));
    let hour = if is_afternoon && hour < 12 { hour + 12 } else { hour };
    NaiveTime::from_hms_opt(hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_time_of_trades() {
        let time = |text| time_in(text).map(|time| time.to_string());
        assert_eq!(time("2022-06-15, 11:02:09").as_deref(), Some("11:02:09"));
        assert_eq!(time("2020-06-15 14:30:03.613").as_deref(), Some("14:30:03"));
        assert_eq!(time("07:02").as_deref(), Some("07:02:00"));
        assert_eq!(time("2025-01-15 09:30:00 PM").as_deref(), Some("21:30:00"));
        assert_eq!(time("2025-01-15"), None);
    }
}
