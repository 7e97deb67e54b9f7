//! Risk of the positions held on the as-of date, as if they had been held, with today's weights,
//! over the last 252 days: volatility, value at risk, expected shortfall, and the contribution of
//! each symbol.

use serde::{Deserialize, Serialize};

/// One number at the two confidence levels 95% and 99%.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TailLevels {
    #[serde(rename = "95")]
    pub percent_95: Option<f64>,
    #[serde(rename = "99")]
    pub percent_99: Option<f64>,
}

/// Contribution of one symbol to the volatility of the book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskContribution {
    pub symbol: String,
    /// Signed share of the equity, with options at delta.
    pub weight: f64,
    /// Annualized. The contributions add up to the volatility of the book.
    pub volatility: Option<f64>,
}

/// A position that the risk of the book does not include.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub symbol: String,
    /// Signed share of the equity.
    pub weight: Option<f64>,
    pub reason: String,
}

/// Risk of the positions held on the as-of date. Tail risks are positive fractions of the equity,
/// over one day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BookRisk {
    /// Number of days on which every included symbol has a return.
    pub observations: usize,
    /// Annualized.
    pub volatility: Option<f64>,
    #[serde(rename = "var")]
    pub value_at_risk: TailLevels,
    pub expected_shortfall: TailLevels,
    /// One entry per included symbol, in alphabetical order.
    pub contributions: Vec<RiskContribution>,
    pub left_out: Vec<LeftOut>,
    /// Why the numbers are null, if they are.
    #[serde(default)]
    pub reason: Option<String>,
}
