//! The causes of warnings about a run's results, and how each cause affects the results.

use serde::{Deserialize, Serialize};
use status::{LEFT_OUT, WarningGroup};

/// The cause of a warning about a phase's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    NoPriceHistory,
    NoUnderlyingPrices,
    NoFactorPrices,
    NoAnswer,
    NotInPlan,
    NotAsked,
    OldPrices,
    OddPrices,
    NoRecentPrice,
    NothingPriced,
    NoStyleBetas,
    ShortHistory,
    NoBeta,
    NoExposures,
    PrivatePositions,
    NoPortfolioVolatility,
    LeftOutOfCorrelations,
    NothingToCorrelate,
    ReturnsDoNotVary,
    BeyondCorrelated,
    NoEntryPrice,
    ShortFactor,
    EquityLost,
}

impl Cause {
    /// Returns whether a retry asks for the prices of these symbols again. A symbol that the source
    /// does not know is not asked for again.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::NoAnswer | Self::OldPrices)
    }

    /// Returns a title for the cause and a sentence that explains how it affects the results.
    fn title_and_effect(self) -> (&'static str, &'static str) {
        match self {
            Self::NoPriceHistory => ("No prices", LEFT_OUT),
            Self::NoUnderlyingPrices => (
                "No prices for an option's underlying",
                "Options on it that have no price of their own are left out of every value.",
            ),
            Self::NoFactorPrices => ("No prices for a factor", "No position has a beta on this factor."),
            Self::NoAnswer => {
                ("No response from the data source", "Left out this time. A retry fetches their prices again.")
            }
            Self::NotInPlan => {
                ("Not in the data plan", "Left out, because the plan at the data provider doesn't include them.")
            }
            Self::NotAsked => (
                "Symbols not requested",
                "Left out of all results, because most of the portfolio's symbols are unknown to the data source.",
            ),
            Self::OldPrices => {
                ("Prices aren't up to date", "Valued at the latest prices we have. A retry checks for newer ones.")
            }
            Self::OddPrices => ("Unusual prices", "Corrected or kept as they are; the log lists the days."),
            Self::NoRecentPrice => ("No recent price", "Valued at the last available price."),
            Self::NothingPriced => ("No position has a price", "The snapshots contain only cash."),
            Self::NoStyleBetas => {
                ("Too little data for style betas", "Left out of style exposures, which lowers their coverage.")
            }
            Self::ShortHistory => ("Short history", "Some of their metrics are missing."),
            Self::NoBeta => {
                ("Too few returns for a beta", "Left out of market and rate exposures, which lowers their coverage.")
            }
            Self::NoExposures => ("No position with a value has a beta", "There are no factor exposures."),
            Self::PrivatePositions => {
                ("Private positions", "Valued at their entry price. They have no betas, volatility or correlations.")
            }
            Self::NoPortfolioVolatility => {
                ("The portfolio has fewer than 21 daily returns", "Its volatility is missing.")
            }
            Self::LeftOutOfCorrelations => {
                ("Too few days in common with other symbols", "Left out of the correlation matrix.")
            }
            Self::NothingToCorrelate => ("Fewer than two symbols have enough returns", "There are no correlations."),
            Self::ReturnsDoNotVary => (
                "Returns don't vary beyond the rounding of prices",
                "Ratios, betas and correlations that divide by their variance are missing.",
            ),
            Self::BeyondCorrelated => (
                "Too many symbols to correlate all of them",
                "The smallest holdings are left out of the correlation matrix.",
            ),
            Self::NoEntryPrice => ("No entry price", LEFT_OUT),
            Self::ShortFactor => (
                "Too few recent prices for a factor",
                "No position has a style beta on this factor. The other factors are complete.",
            ),
            Self::EquityLost => (
                "The portfolio's equity fell to zero or below",
                "There are no returns and no volatility of the portfolio from that day on.",
            ),
        }
    }
}

/// The warnings of one phase that share a cause, with the symbols they affect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseWarnings {
    pub cause: Cause,
    /// The affected symbols without duplicates, in the order in which they were first reported.
    /// Empty if the cause affects the whole portfolio.
    pub symbols: Vec<String>,
}

impl PhaseWarnings {
    /// Records a warning in `all`. Adds its symbols to the existing entry for `cause`, or creates
    /// an entry if this cause is new.
    pub(super) fn record(all: &mut Vec<Self>, cause: Cause, symbols: Vec<String>) {
        if let Some(known) = all.iter_mut().find(|warned| warned.cause == cause) {
            for symbol in symbols {
                if !known.symbols.contains(&symbol) {
                    known.symbols.push(symbol);
                }
            }
        } else {
            all.push(Self { cause, symbols });
        }
    }

    /// Converts these warnings to their API type.
    pub(super) fn to_wire(&self) -> WarningGroup {
        let (title, effect) = self.cause.title_and_effect();
        let (title, effect, symbols) = (title.to_owned(), effect.to_owned(), self.symbols.clone());
        WarningGroup { title, effect, symbols_total: symbols.len() as u64, symbols }
    }
}
