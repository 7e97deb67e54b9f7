//! The content of a file as it was understood: positions, cash, rows that are neither, and the
//! questions that are still open.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{position::OptionKind, problem::ProblemCode, reading::Reading};

/// Maximum number of examples that the API and the page show of one kind of problem.
pub const EXAMPLES: usize = 3;

/// Maximum number of occurrences of one kind of problem that are kept.
pub const MAX_OCCURRENCES: usize = 1_000;

/// The content of a file as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct FileContent {
    pub kind: FileKind,
    /// The name of the layout, such as "Charles Schwab positions", or `None` if it is not one known
    /// by name.
    pub layout: Option<String>,
    /// The complete reading that led to this content.
    pub reading: Reading,
    /// Identifies the header, so that a person's mapping of its columns can be remembered: the
    /// header's cells in lower case, joined by tabs.
    pub header_key: String,
    /// The first rows below the header, as the file has them.
    pub first_rows: Vec<FileRow>,
    pub positions: Vec<DraftPosition>,
    pub cash: Option<CashFound>,
    /// Rows that are not positions, grouped by the reason.
    pub not_positions: Vec<LeftOutRows>,
    /// Questions and faults to resolve before the portfolio can start, one entry per kind.
    pub problems: Vec<ProblemGroup>,
    /// Possible faults that do not keep the portfolio from starting.
    pub warnings: Vec<FileWarning>,
}

/// The kind of rows that a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Holdings of today, without the days of purchase.
    Positions,
    /// One row per purchase, with its day.
    Lots,
    /// A history of trades, from which lots were built.
    Transactions,
}

/// One row as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileRow {
    /// The line on which the row begins, counted from 1.
    pub row: u64,
    pub cells: Vec<String>,
}

/// A position as far as the file describes it. Values that the file lacks are `None`, even if an
/// assumption will supply them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftPosition {
    /// Lines that the position was read from: its own or its purchase first, then splits, sales.
    pub rows: Vec<u64>,
    /// The symbol in upper case; the OCC symbol for an option. Null if only an identifier is known
    /// that no symbol is known for.
    pub symbol: Option<String>,
    pub isin: Option<String>,
    /// Currency of the prices if it is not the US dollar.
    pub price_currency: Option<String>,
    /// Shares or contracts; negative for a short position, never zero.
    pub quantity: f64,
    /// Price per share in `price_currency`, without fees.
    pub entry_price: Option<f64>,
    pub entry_date: Option<NaiveDate>,
    pub exit_date: Option<NaiveDate>,
    /// Price per share. It may be zero for an option that expired.
    pub exit_price: Option<f64>,
    pub class: DraftClass,
    pub option: Option<DraftOption>,
    /// The person's own label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
}

/// The kind of a security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum DraftClass {
    Public,
    Options,
    Private,
}

/// The terms of an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftOption {
    /// Symbol of the underlying security, in upper case.
    pub underlying: String,
    pub strike: f64,
    pub expiration: NaiveDate,
    #[serde(rename = "type")]
    pub kind: OptionKind,
    /// Shares per contract, usually 100.
    pub multiplier: f64,
}

/// Cash that the file names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CashFound {
    /// Sum of the cash rows in US dollars, or null if the file has no balance in dollars.
    pub amount: Option<f64>,
    pub rows: Vec<u64>,
    /// Balances in other currencies, which are not part of `amount`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub other: Vec<ForeignCash>,
}

/// A cash balance in another currency than the US dollar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ForeignCash {
    pub currency: String,
    pub amount: f64,
    pub rows: Vec<u64>,
}

/// Rows that are not positions, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LeftOutRows {
    pub rows: Vec<u64>,
    pub why: LeftOutReason,
}

/// Why a row is not a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// A title or another table above the header, or empty lines.
    Title,
    /// A header that is repeated, or that of a table without positions.
    Header,
    Cash,
    Total,
    /// A disclaimer, a footnote or a date below the positions.
    Footer,
    /// An order or transfer that is not settled.
    Pending,
    /// An order that was cancelled or failed.
    Cancelled,
    Dividend,
    Interest,
    /// A deposit, withdrawal or transfer of money.
    MoneyTransfer,
    Fee,
    /// The sum of the lots that follow, or the same shares in another table.
    Repeated,
    /// An exchange of one currency for another.
    CurrencyExchange,
    /// A row of a table that has no positions.
    OtherTable,
    /// A sale or split of shares whose purchase is not in the file.
    NotHeld,
    /// Shares that left the account without a sale, such as by a transfer.
    LeftAccount,
    /// Left out by the person.
    ByPerson,
}

/// All problems of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProblemGroup {
    pub code: ProblemCode,
    /// The name of the column or form field in the file, or null.
    pub column: Option<String>,
    /// How often the problem occurs.
    pub count: usize,
    /// One sentence on all of them: what is wrong, and what to do.
    pub message: String,
    /// The first occurrences, at most [`MAX_OCCURRENCES`]. The API shows [`EXAMPLES`] of them.
    pub examples: Vec<Occurrence>,
    /// The repair that is most likely right, if there is one.
    pub repair: Option<Repair>,
    /// Further repairs to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub other_repairs: Vec<Repair>,
}

/// One occurrence of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Occurrence {
    /// The line of the file, or null if the problem concerns the whole file.
    pub row: Option<u64>,
    pub message: String,
}

/// A change of the reading that repairs a problem with one press.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Repair {
    /// The text of the button, such as "Read them as month/day/year".
    pub label: String,
    /// The parts of the reading to change.
    pub reading: Reading,
}

/// Something that may be wrong with some rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileWarning {
    pub code: WarningCode,
    pub rows: Vec<u64>,
    /// The name of the column in the file, if the warning is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    pub message: String,
    pub repair: Option<Repair>,
}

/// Kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The entry price differs from the close of that day by the factor of a later split.
    SplitSuspected,
    /// The row is cash or a money market fund.
    LooksLikeCash,
    /// The file has cash in another currency.
    ForeignCash,
    /// The symbol is that of an option.
    LooksLikeOption,
    LooksLikeIsin,
    LooksLikeCusip,
    LooksLikeSedol,
    /// Another spelling of a share class.
    ShareClass,
    /// The company has another symbol today.
    Renamed,
    /// The symbol's prices end before the others', have a hole, or jump as if two companies had
    /// used the symbol.
    TwoHistories,
    PricesEnded,
    /// A trade is dated on a day without trading.
    ClosedDay,
    /// The entry price is not one that was traded that day.
    PriceFarFromMarket,
    /// Shares that were received without a payment.
    Free,
    /// A contract is not for 100 shares.
    UnusualMultiplier,
    /// More decimals than are kept.
    Rounded,
    /// A column that is not read.
    IgnoredColumn,
    /// Option columns that were ignored, because the position is not an option.
    IgnoredOptionTerms,
    /// A history does not begin with the account, or sells what it never bought.
    IncompleteHistory,
    /// Rows above, between or below the positions were skipped.
    SkippedRows,
    /// The reader is unsure about a column.
    UnsureColumn,
    /// Another worksheet or table has data as well.
    OtherTable,
    /// Several accounts were read as one portfolio.
    SeveralAccounts,
    /// The source has one column of prices, taken as price and total return alike.
    OnePriceColumn,
    /// An option that expired is closed at its value on that day.
    ExpiredOption,
    /// The file may be in another currency than the dollar but does not state that of its prices.
    CurrencyUnknown,
}
