//! Companies that changed their symbol or are no longer traded.

/// A change of symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renaming {
    /// The symbol today.
    pub to: &'static str,
    pub company: &'static str,
    /// The year in which the symbol changed.
    pub year: i32,
}

/// The end of trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delisting {
    pub company: &'static str,
    /// The year in which trading ended.
    pub year: i32,
}

/// Returns the symbol that replaced this one.
pub(crate) fn renamed(symbol: &str) -> Option<Renaming> {
    (symbol == "FB").then_some(Renaming { to: "META", company: "Meta Platforms", year: 2022 })
}

/// Returns when trading of this symbol ended.
pub(crate) fn delisted(symbol: &str) -> Option<Delisting> {
    (symbol == "TWTR").then_some(Delisting { company: "Twitter", year: 2022 })
}
