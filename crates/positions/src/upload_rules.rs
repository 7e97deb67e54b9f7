//! The dates that the rows of a file are checked against.

use chrono::NaiveDate;

/// Dates that the rows of a file are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRules {
    /// Today's date in UTC. No trade may be dated later.
    pub today: NaiveDate,
    /// The last date for which the data source has prices, or `None` if the source keeps adding
    /// prices for new dates. No position may be opened after this date.
    pub last_price_date: Option<NaiveDate>,
}
