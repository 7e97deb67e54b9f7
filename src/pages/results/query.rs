//! The sort order, search text and page number of the positions table, as query parameters of the
//! results page's URL.
//!
//! Because the URL contains all of them, the table can be sorted and searched without scripts, a
//! view of it can be bookmarked, and the browser's back button returns to the previous view.
//! Invalid parameters are replaced with their defaults.

use std::{cmp::Ordering, fmt};

use serde::Deserialize;

/// Number of positions on one page of the table.
pub const PER_PAGE: usize = 100;

/// The columns that positions can be sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortColumn {
    Symbol,
    Quantity,
    Price,
    /// Sorts by absolute value, because a large short position is also a large position.
    #[default]
    Value,
    Weight,
    Pnl,
    Beta,
    Volatility,
}

impl SortColumn {
    /// All columns that positions can be sorted by, in the order in which the table shows them.
    pub const ALL: [Self; 8] =
        [Self::Symbol, Self::Quantity, Self::Price, Self::Value, Self::Weight, Self::Pnl, Self::Beta, Self::Volatility];

    /// Returns the column's name in the URL.
    pub fn key(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::Value => "value",
            Self::Weight => "weight",
            Self::Pnl => "pnl",
            Self::Beta => "beta",
            Self::Volatility => "volatility",
        }
    }

    /// Returns the column's heading in the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Symbol => "Symbol",
            Self::Quantity => "Quantity",
            Self::Price => "Price, $",
            Self::Value => "Value, $",
            Self::Weight => "Weight",
            Self::Pnl => "Unrealized P&L, $",
            Self::Beta => "Beta, 90 days",
            Self::Volatility => "Volatility, 252 days",
        }
    }

    /// Returns whether the first click on the column's heading sorts in descending order. Numbers
    /// are first sorted from largest to smallest, and symbols from A to Z.
    fn descends_by_default(self) -> bool {
        self != Self::Symbol
    }
}

/// The sort order, search text and page number of the positions table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionsQuery {
    pub column: SortColumn,
    /// Whether the column's default sort direction is reversed.
    pub reversed: bool,
    /// The search text. Only positions whose symbol contains it are shown.
    pub find: String,
    /// Page number of the table, counted from 1.
    pub page: usize,
}

/// The query parameters of the results page before validation.
#[derive(Debug, Default, Deserialize)]
pub struct ResultsParameters {
    sort: Option<String>,
    order: Option<String>,
    find: Option<String>,
    page: Option<String>,
}

impl From<ResultsParameters> for PositionsQuery {
    fn from(parameters: ResultsParameters) -> Self {
        let column = SortColumn::ALL.into_iter().find(|column| parameters.sort.as_deref() == Some(column.key()));
        Self {
            column: column.unwrap_or_default(),
            reversed: parameters.order.as_deref() == Some("reversed"),
            find: parameters.find.unwrap_or_default().trim().chars().take(40).collect(),
            page: parameters.page.and_then(|page| page.parse().ok()).unwrap_or(1).max(1),
        }
    }
}

impl PositionsQuery {
    /// Returns whether the sort order is descending.
    pub fn descends(&self) -> bool {
        self.column.descends_by_default() != self.reversed
    }

    /// Returns the query that the link in a column's heading leads to. The first click sorts in the
    /// column's default direction, and a second click reverses it.
    #[must_use]
    pub fn sorted_by(&self, column: SortColumn) -> Self {
        let reversed = self.column == column && !self.reversed;
        Self { column, reversed, page: 1, ..self.clone() }
    }

    /// Returns the same query for another page of the table.
    #[must_use]
    pub fn on_page(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }

    /// Returns whether a symbol contains the search text, ignoring the case of the search text.
    pub fn matches(&self, symbol: &str) -> bool {
        symbol.contains(&self.find.to_ascii_uppercase())
    }

    /// Compares two numbers in the current sort direction. Missing numbers always come last.
    pub fn compare(&self, a: Option<f64>, b: Option<f64>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descends() => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// Formats the query for a link, such as "?sort=value&page=2#positions". The column is always
/// included; other parameters are omitted if they have their default values.
impl fmt::Display for PositionsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "?sort={}", self.column.key())?;
        if self.reversed {
            f.write_str("&order=reversed")?;
        }
        if !self.find.is_empty() {
            f.write_str("&find=")?;
            for byte in self.find.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => write!(f, "{}", byte as char)?,
                    byte => write!(f, "%{byte:02X}")?,
                }
            }
        }
        if self.page > 1 {
            write!(f, "&page={}", self.page)?;
        }
        f.write_str("#positions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sort: &str, order: &str, find: &str, page: &str) -> PositionsQuery {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ResultsParameters { sort: given(sort), order: given(order), find: given(find), page: given(page) }.into()
    }

    #[test]
    fn sorts_largest_positions_first_by_default() {
        let query = query("", "", "", "");
        assert_eq!((query.column, query.descends(), query.page), (SortColumn::Value, true, 1));
    }

    #[test]
    fn replaces_invalid_parameters_with_defaults() {
        assert_eq!(query("color", "up", "", "-3"), query("", "", "", ""));
    }

    #[test]
    fn reverses_order_on_second_click() {
        let once = query("", "", "a", "7").sorted_by(SortColumn::Beta);
        assert_eq!((once.descends(), once.page, once.find.as_str()), (true, 1, "a"));
        let twice = once.sorted_by(SortColumn::Beta);
        assert!(!twice.descends());
        assert!(!twice.sorted_by(SortColumn::Symbol).descends(), "symbols start from A");
    }

    #[test]
    fn writes_query_as_address() {
        assert_eq!(
            query("pnl", "reversed", "BR&K", "3").to_string(),
            "?sort=pnl&order=reversed&find=BR%26K&page=3#positions"
        );
        assert_eq!(query("", "", "", "").to_string(), "?sort=value#positions");
    }

    #[test]
    fn sorts_missing_numbers_last_in_both_directions() {
        for order in ["", "reversed"] {
            let query = query("beta", order, "", "");
            assert_eq!(query.compare(None, Some(1.0)), Ordering::Greater, "{order}");
            assert_eq!(query.compare(Some(1.0), None), Ordering::Less, "{order}");
        }
    }

    #[test]
    fn matches_part_of_symbol_in_any_case() {
        let query = query("", "", " ap ", "");
        assert_eq!((query.matches("AAPL"), query.matches("MSFT")), (true, false));
    }
}
