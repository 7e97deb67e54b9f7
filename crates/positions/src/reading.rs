//! How a file is read, as JSON: what each column was taken for, which conventions its numbers and
//! dates follow, and what is assumed where the file is silent.
//!
//! The reader returns a complete [`Reading`]. A person changes parts of it and sends it back. Each
//! part that is present replaces what the reader would have chosen, and each part that is absent
//! is chosen again. A repair is such a partial reading.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a file is read, or the parts of it that a person has decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Reading {
    /// The character between two cells: `","`, `";"`, tab or `"|"`. Null for a workbook.
    pub delimiter: Option<char>,
    /// The text encoding, such as `"UTF-8"`, `"UTF-16LE"` or `"Windows-1252"`. Null for a workbook.
    pub encoding: Option<String>,
    /// The decimal mark of the file's numbers: `"."` or `","`.
    pub decimal: Option<char>,
    /// The order of day, month and year in the file's dates.
    pub date_order: Option<DateOrder>,
    /// The line of the header row, counted from 1. If the file has several tables, this is the line
    /// of the first header that positions were read from.
    pub header_row: Option<u64>,
    /// The name of the worksheet. Null unless the file is a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The fields of that header's columns.
    pub columns: Vec<ColumnReading>,
    pub assumptions: Assumptions,
    /// The symbol to use for an identifier or another spelling, by the text in the file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub symbols: BTreeMap<String, String>,
    /// Factors of splits that happened after the purchase, by the line of the position. A factor of
    /// 4 turns 25 shares at $300 into 100 shares at $75.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub split_factors: BTreeMap<u64, f64>,
    /// Values that the person typed over, by the line of the position.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub edits: BTreeMap<u64, RowEdit>,
    /// Lines that the person leaves out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<u64>,
}

/// The order of day, month and year in dates that could be read in several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Year, month, day: `2022-03-15`, `2022/03/15`, `20220315`.
    YearMonthDay,
    /// Month, day, year: `3/15/2022`, `Mar-15-2022`.
    MonthDayYear,
    /// Day, month, year: `15.03.2022`, `15-Mar-22`.
    DayMonthYear,
}

/// The field that one column was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ColumnReading {
    /// The index of the column, counted from 0.
    pub index: usize,
    /// The column's name in the header; empty if it has none.
    pub name: String,
    #[serde(rename = "as")]
    pub field: Field,
    /// How sure the reader is, from 0 to 1. It is 1 for a choice of the person.
    #[serde(default = "certain")]
    pub confidence: f64,
}

fn certain() -> f64 {
    1.0
}

/// The kinds of values that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Symbol,
    Isin,
    Cusip,
    Sedol,
    /// The name of the security. It may spell out an option or say that a row is cash.
    Description,
    Quantity,
    /// Price per share at which the position was opened. In a history, the price of the trade.
    EntryPrice,
    /// The cost of the whole position.
    CostBasis,
    /// The day on which the position was opened. In a history, the day of the trade.
    EntryDate,
    ExitDate,
    ExitPrice,
    InvestmentClass,
    InvestmentSubtype,
    UnderlyingSymbol,
    StrikePrice,
    ExpirationDate,
    OptionType,
    /// Shares per contract.
    Multiplier,
    /// Today's price per share. It is never taken for an entry price.
    MarketPrice,
    /// Today's value of the position.
    MarketValue,
    Currency,
    /// The event that a row of a history records: buy, sell, split, dividend and so on.
    Action,
    /// The amount of money that a row of a history moved.
    Amount,
    Fees,
    /// Whether an order was executed.
    Status,
    Account,
    /// A column that is not read.
    Ignored,
}

/// The assumptions where the file is silent. Each is null until the file or the person decides it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Assumptions {
    /// When positions without a date were opened.
    pub entry_date: Option<EntryDateAssumption>,
    /// Where entry prices come from. `from_file` and `cost_basis` are found in the file; `market`
    /// is a choice of the person for positions without a price in dollars.
    pub entry_price: Option<EntryPriceAssumption>,
    /// Which lot a sale closes.
    pub lots: Option<LotAssumption>,
    /// Where the cash balance comes from if the file has cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashAssumption>,
}

/// When positions without a date were opened: `"whole_window"` or a date such as `"2022-03-15"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DateOrWindow", into = "DateOrWindow")]
pub enum EntryDateAssumption {
    /// Before the first day that is analyzed.
    WholeWindow,
    On(NaiveDate),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum DateOrWindow {
    Window(WindowWord),
    Date(NaiveDate),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WindowWord {
    WholeWindow,
}

impl From<DateOrWindow> for EntryDateAssumption {
    fn from(value: DateOrWindow) -> Self {
        match value {
            DateOrWindow::Window(WindowWord::WholeWindow) => Self::WholeWindow,
            DateOrWindow::Date(date) => Self::On(date),
        }
    }
}

impl From<EntryDateAssumption> for DateOrWindow {
    fn from(value: EntryDateAssumption) -> Self {
        match value {
            EntryDateAssumption::WholeWindow => Self::Window(WindowWord::WholeWindow),
            EntryDateAssumption::On(date) => Self::Date(date),
        }
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for EntryDateAssumption {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for EntryDateAssumption {}

/// Where entry prices come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryPriceAssumption {
    /// A column has prices per share.
    FromFile,
    /// The cost of the whole position is divided by its quantity.
    CostBasis,
    /// Positions without a price in dollars take the market's close: on their entry date if the
    /// file has it, otherwise the last one.
    Market,
}

/// Which lot a sale closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LotAssumption {
    /// The oldest lot that is open.
    Fifo,
    /// The file lists each lot.
    FromFile,
}

/// Where the cash balance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CashAssumption {
    /// The cash rows of the file.
    FromFile,
    /// The form; the cash rows of the file are left out.
    AsTyped,
}

/// Values that a person typed for one position in place of those in the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RowEdit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// Price per share in dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_date: Option<NaiveDate>,
    /// Price per share in dollars at which the position was closed, by the line of the closing
    /// trade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_price: Option<f64>,
}

impl Reading {
    /// Returns these changes with `later` changes on top. Where both decide something, `later`
    /// wins.
    #[must_use]
    pub fn merged(mut self, later: Self) -> Self {
        let assumptions = Assumptions {
            entry_date: later.assumptions.entry_date.or(self.assumptions.entry_date),
            entry_price: later.assumptions.entry_price.or(self.assumptions.entry_price),
            lots: later.assumptions.lots.or(self.assumptions.lots),
            cash: later.assumptions.cash.or(self.assumptions.cash),
        };
        for column in later.columns {
            self.columns.retain(|earlier| earlier.index != column.index);
            self.columns.push(column);
        }
        self.columns.sort_by_key(|column| column.index);
        self.symbols.extend(later.symbols);
        self.split_factors.extend(later.split_factors);
        for (row, edit) in later.edits {
            let earlier = self.edits.entry(row).or_default();
            *earlier = RowEdit {
                symbol: edit.symbol.or(earlier.symbol.take()),
                quantity: edit.quantity.or(earlier.quantity),
                entry_price: edit.entry_price.or(earlier.entry_price),
                entry_date: edit.entry_date.or(earlier.entry_date),
                exit_price: edit.exit_price.or(earlier.exit_price),
            };
        }
        self.left_out.extend(later.left_out);
        Self {
            delimiter: later.delimiter.or(self.delimiter),
            encoding: later.encoding.or(self.encoding),
            decimal: later.decimal.or(self.decimal),
            date_order: later.date_order.or(self.date_order),
            header_row: later.header_row.or(self.header_row),
            sheet: later.sheet.or(self.sheet),
            assumptions,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_window_or_date_as_assumption() {
        let read = |json: &str| serde_json::from_str::<EntryDateAssumption>(json).ok();
        assert_eq!(read("\"whole_window\""), Some(EntryDateAssumption::WholeWindow));
        assert_eq!(read("\"2022-03-15\""), NaiveDate::from_ymd_opt(2022, 3, 15).map(EntryDateAssumption::On));
        assert_eq!(read("\"always\""), None);
        assert_eq!(serde_json::to_string(&EntryDateAssumption::WholeWindow).unwrap(), "\"whole_window\"");
    }

    #[test]
    fn prefers_later_changes_when_merging() {
        let column = |index, field| ColumnReading { index, name: String::new(), field, confidence: 1.0 };
        let first = Reading {
            delimiter: Some(';'),
            decimal: Some(','),
            columns: vec![column(1, Field::Quantity), column(2, Field::Ignored)],
            edits: BTreeMap::from([(7, RowEdit { quantity: Some(1.0), ..RowEdit::default() })]),
            ..Reading::default()
        };
        let later = Reading {
            decimal: Some('.'),
            columns: vec![column(2, Field::EntryPrice), column(0, Field::Symbol)],
            edits: BTreeMap::from([(7, RowEdit { entry_price: Some(2.0), ..RowEdit::default() })]),
            ..Reading::default()
        };
        let merged = first.merged(later);
        assert_eq!((merged.delimiter, merged.decimal), (Some(';'), Some('.')));
        let fields: Vec<_> = merged.columns.iter().map(|column| column.field).collect();
        assert_eq!(fields, [Field::Symbol, Field::Quantity, Field::EntryPrice]);
        let edit = RowEdit { quantity: Some(1.0), entry_price: Some(2.0), ..RowEdit::default() };
        assert_eq!(merged.edits, BTreeMap::from([(7, edit)]));
    }
}
