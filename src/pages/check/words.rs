//! The words of the check page for the fields and reasons of the reader.

use positions::{DateOrder, Field, FileKind, LeftOutReason};

/// The fields in the order of the menus over the columns, with their labels.
pub const FIELDS: [(Field, &str); 27] = [
    (Field::Symbol, "Symbol"),
    (Field::Quantity, "Quantity"),
    (Field::EntryPrice, "Price paid per share"),
    (Field::CostBasis, "Total cost"),
    (Field::EntryDate, "Date bought"),
    (Field::ExitDate, "Date sold"),
    (Field::ExitPrice, "Price received per share"),
    (Field::Action, "Kind of trade"),
    (Field::Amount, "Amount of the trade"),
    (Field::Fees, "Fees"),
    (Field::Currency, "Currency"),
    (Field::Description, "Name of the security"),
    (Field::Isin, "ISIN"),
    (Field::Cusip, "CUSIP"),
    (Field::Sedol, "SEDOL"),
    (Field::InvestmentClass, "Class"),
    (Field::InvestmentSubtype, "Label"),
    (Field::UnderlyingSymbol, "Underlying symbol"),
    (Field::StrikePrice, "Strike price"),
    (Field::ExpirationDate, "Expiration date"),
    (Field::OptionType, "Call or put"),
    (Field::Multiplier, "Shares per contract"),
    (Field::MarketPrice, "Today's price"),
    (Field::MarketValue, "Today's value"),
    (Field::Status, "State of the order"),
    (Field::Account, "Account"),
    (Field::Ignored, "Not used"),
];

/// Returns the orders of day, month and year, each with its value in the form and its label.
pub const DATE_ORDERS: [(DateOrder, &str, &str); 3] = [
    (DateOrder::YearMonthDay, "year_month_day", "Year-month-day"),
    (DateOrder::MonthDayYear, "month_day_year", "Month/day/year"),
    (DateOrder::DayMonthYear, "day_month_year", "Day/month/year"),
];

/// Returns the value of a field in the form and in the API.
pub fn field_value(field: Field) -> String {
    // Serializing a unit variant cannot fail.
    serde_json::to_value(field).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Describes what a file holds, to follow "read as".
pub fn kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Positions => "what you hold today",
        FileKind::Lots => "one row per purchase",
        FileKind::Transactions => "a history of trades",
    }
}

/// Describes rows that are not positions.
pub fn left_out(reason: LeftOutReason) -> &'static str {
    match reason {
        LeftOutReason::Title => "Titles above the table",
        LeftOutReason::Header => "Headers",
        LeftOutReason::Cash => "Cash",
        LeftOutReason::Total => "Totals",
        LeftOutReason::Footer => "Notes below the table",
        LeftOutReason::Pending => "Not settled yet",
        LeftOutReason::Cancelled => "Orders that were cancelled or failed",
        LeftOutReason::Dividend => "Dividends",
        LeftOutReason::Interest => "Interest",
        LeftOutReason::MoneyTransfer => "Money moved in or out",
        LeftOutReason::Fee => "Fees and taxes",
        LeftOutReason::Repeated => "The same shares in another row",
        LeftOutReason::CurrencyExchange => "Currency exchanges",
        LeftOutReason::OtherTable => "Tables without positions",
        LeftOutReason::NotHeld => "Sales of shares whose purchase is not in the file",
        LeftOutReason::LeftAccount => "Shares that left the account without a sale",
        LeftOutReason::ByPerson => "Left out by you",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_each_field_once() {
        let mut fields: Vec<Field> = FIELDS.iter().map(|(field, _)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!(fields.len(), FIELDS.len());
        assert_eq!(field_value(Field::EntryPrice), "entry_price");
    }
}
