//! How a reader wants the positions: in which order, which of them, which page.
//!
//! Everything stands in the address, so it works without scripts, can be kept as a bookmark and goes back with the
//! browser's button. What the address says wrongly is taken for the default.

use std::{cmp::Ordering, fmt};

use serde::Deserialize;

/// Positions on one page.
pub const PER_PAGE: usize = 100;

/// What the positions can be ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortColumn {
    Symbol,
    Quantity,
    Price,
    /// By size: a large short is a large position.
    #[default]
    Value,
    Weight,
    Pnl,
    Beta,
    Volatility,
}

impl SortColumn {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 8] =
        [Self::Symbol, Self::Quantity, Self::Price, Self::Value, Self::Weight, Self::Pnl, Self::Beta, Self::Volatility];

    /// As in the address.
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

    /// As the table is headed.
    pub fn title(self) -> &'static str {
        match self {
            Self::Symbol => "Symbol",
            Self::Quantity => "Quantity",
            Self::Price => "Price, $",
            Self::Value => "Value, $",
            Self::Weight => "Weight",
            Self::Pnl => "Unrealised P&L, $",
            Self::Beta => "Beta, 90 days",
            Self::Volatility => "Volatility, 252 days",
        }
    }

    /// Which way it is ordered at first: names from A, numbers from the largest.
    fn descends_at_first(self) -> bool {
        self != Self::Symbol
    }
}

/// The order, the search and the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionsQuery {
    /// Ordered by.
    pub column: SortColumn,
    /// Against the column's first direction.
    pub reversed: bool,
    /// Only symbols with this in them.
    pub find: String,
    /// From 1 on.
    pub page: usize,
}

/// The same as the address has it.
#[derive(Debug, Default, Deserialize)]
pub struct ResultsParameters {
    sort: Option<String>,
    order: Option<String>,
    find: Option<String>,
    page: Option<String>,
}

impl From<ResultsParameters> for PositionsQuery {
    fn from(given: ResultsParameters) -> Self {
        let column = SortColumn::ALL.into_iter().find(|column| given.sort.as_deref() == Some(column.key()));
        Self {
            column: column.unwrap_or_default(),
            reversed: given.order.as_deref() == Some("reversed"),
            find: given.find.unwrap_or_default().trim().chars().take(40).collect(),
            page: given.page.and_then(|page| page.parse().ok()).unwrap_or(1).max(1),
        }
    }
}

impl PositionsQuery {
    /// Whether the largest stand first.
    pub fn descends(&self) -> bool {
        self.column.descends_at_first() != self.reversed
    }

    /// What a click on this column asks for: its order, or the other way round.
    #[must_use]
    pub fn by(&self, column: SortColumn) -> Self {
        let reversed = self.column == column && !self.reversed;
        Self { column, reversed, page: 1, ..self.clone() }
    }

    /// The same on another page.
    #[must_use]
    pub fn on_page(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }

    /// Whether a symbol is among those looked for.
    pub fn finds(&self, symbol: &str) -> bool {
        symbol.contains(&self.find.to_ascii_uppercase())
    }

    /// The order of two numbers; a missing one stands last either way.
    pub fn compare(&self, a: Option<f64>, b: Option<f64>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descends() => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// As an address asks for it, without what is the default.
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

    fn asked(sort: &str, order: &str, find: &str, page: &str) -> PositionsQuery {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        ResultsParameters { sort: given(sort), order: given(order), find: given(find), page: given(page) }.into()
    }

    #[test]
    fn without_a_wish_the_largest_positions_stand_first() {
        let query = asked("", "", "", "");
        assert_eq!((query.column, query.descends(), query.page), (SortColumn::Value, true, 1));
    }

    #[test]
    fn what_the_address_says_wrongly_is_the_default() {
        assert_eq!(asked("colour", "up", "", "-3"), asked("", "", "", ""));
    }

    #[test]
    fn a_second_click_on_a_column_turns_it_round_and_another_one_begins_anew() {
        let once = asked("", "", "a", "7").by(SortColumn::Beta);
        assert_eq!((once.descends(), once.page, once.find.as_str()), (true, 1, "a"));
        let twice = once.by(SortColumn::Beta);
        assert!(!twice.descends());
        assert!(!twice.by(SortColumn::Symbol).descends(), "names from A");
    }

    #[test]
    fn an_address_leads_back_to_its_query() {
        assert_eq!(
            asked("pnl", "reversed", "BR&K", "3").to_string(),
            "?sort=pnl&order=reversed&find=BR%26K&page=3#positions"
        );
        assert_eq!(asked("", "", "", "").to_string(), "?sort=value#positions");
    }

    #[test]
    fn a_missing_number_stands_last_either_way() {
        for order in ["", "reversed"] {
            let query = asked("beta", order, "", "");
            assert_eq!(query.compare(None, Some(1.0)), Ordering::Greater, "{order}");
            assert_eq!(query.compare(Some(1.0), None), Ordering::Less, "{order}");
        }
    }

    #[test]
    fn a_search_is_about_any_part_of_a_symbol_in_either_case() {
        let query = asked("", "", " ap ", "");
        assert_eq!((query.finds("AAPL"), query.finds("MSFT")), (true, false));
    }
}
