//! Risk of the positions held on the as-of date, as if they had been held, with today's weights,
//! over the last 252 days: volatility, value at risk, expected shortfall, and the contribution of
//! each symbol.

use analytics::{
    euler::{PortfolioReturns, add_weighted},
    tail_risk::{TailRisk, tail_risk},
};
use serde::{Deserialize, Serialize};

use super::book::{Book, Member};
use crate::server::batch::{
    Reporter, Stop,
    model::{input::Input, panel::MarketPanel},
    phases::position_values::PositionValue,
};

/// Minimum number of days on which every included symbol has a return.
const MIN_DAYS: usize = 60;

/// Why the numbers are missing.
const NO_EQUITY: &str = "the equity is zero or below";
const NO_MEMBERS: &str = "no position held today has enough daily returns";
const TOO_FEW_DAYS: &str = "fewer than 60 days on which every symbol has a return";

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
    /// Market value as a signed share of the equity; null if the equity is not positive.
    pub weight: Option<f64>,
    pub reason: String,
}

/// Risk of the positions held on the as-of date. Tail risks are positive fractions of the equity,
/// over one day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BookRisk {
    /// Number of days on which every included symbol has a return.
    pub observations: usize,
    /// Volatility of the book, annualized, as a fraction of the equity.
    pub volatility: Option<f64>,
    #[serde(rename = "var")]
    pub value_at_risk: TailLevels,
    pub expected_shortfall: TailLevels,
    /// One entry per included symbol, in alphabetical order.
    pub contributions: Vec<RiskContribution>,
    /// In alphabetical order.
    pub left_out: Vec<LeftOut>,
    /// Why the numbers are null, if they are.
    #[serde(default)]
    pub reason: Option<String>,
}

impl BookRisk {
    /// Measures the risk of the positions with these values. The work is proportional to the number
    /// of symbols, for any number of positions.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn measure(
        input: &Input,
        panel: &MarketPanel,
        values: &[PositionValue],
        equity: f64,
        reporter: &Reporter,
    ) -> Result<Self, Stop> {
        let book = Book::new(input, panel, values, equity);
        let rows = book.common_rows();
        let mut total = vec![0.0; rows.len()];
        for member in &book.members {
            reporter.checkpoint()?;
            add_weighted(&mut total, member.weight, &member.returns.on(&rows));
        }
        let portfolio = PortfolioReturns::new(&total).filter(|_| rows.len() >= MIN_DAYS);
        let mut contributions: Vec<RiskContribution> = Vec::with_capacity(book.members.len());
        for Member { symbol, returns, weight } in &book.members {
            reporter.checkpoint()?;
            let volatility =
                portfolio.as_ref().and_then(|portfolio| portfolio.contribution(*weight, &returns.on(&rows)));
            match contributions.last_mut().filter(|last| last.symbol == *symbol) {
                // Two contracts with the same symbol have different underlyings.
                Some(last) => {
                    last.weight += weight;
                    last.volatility = last.volatility.zip(volatility).map(|(one, other)| one + other);
                }
                None => {
                    contributions.push(RiskContribution { symbol: (*symbol).to_owned(), weight: *weight, volatility });
                }
            }
        }
        let tails = portfolio.as_ref().map(|_| [tail_risk(&total, 0.05), tail_risk(&total, 0.01)]);
        let [tail_95, tail_99] = tails.unwrap_or_default();
        let levels =
            |field: fn(TailRisk) -> f64| TailLevels { percent_95: tail_95.map(field), percent_99: tail_99.map(field) };
        let reason = match &portfolio {
            Some(_) => None,
            None if equity <= 0.0 => Some(NO_EQUITY),
            None if book.members.is_empty() => Some(NO_MEMBERS),
            None => Some(TOO_FEW_DAYS),
        };
        Ok(Self {
            observations: rows.len(),
            volatility: portfolio.as_ref().map(PortfolioReturns::volatility),
            value_at_risk: levels(|tail| tail.value_at_risk),
            expected_shortfall: levels(|tail| tail.expected_shortfall),
            contributions,
            left_out: book.left_out,
            reason: reason.map(str::to_owned),
        })
    }
}
