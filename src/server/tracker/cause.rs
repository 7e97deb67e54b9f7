//! Causes of warnings, and what each cause changes in the results.

use serde::{Deserialize, Serialize};
use status::WarningGroup;

/// Cause of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    NoPriceHistory,
    NoUnderlyingPrices,
    NoFactorPrices,
    NoAnswer,
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
}

impl Cause {
    /// Returns a title for the cause, and a sentence about its effect on the results.
    fn title_and_effect(self) -> (&'static str, &'static str) {
        match self {
            Self::NoPriceHistory => {
                ("No price history", "Left out of values, betas and correlations, with the cash of their trades.")
            }
            Self::NoUnderlyingPrices => (
                "No prices of an option's underlying",
                "Options on it without a price of their own are left out of values.",
            ),
            Self::NoFactorPrices => ("No prices of a factor", "Betas on it are missing for every position."),
            Self::NoAnswer => {
                ("No answer from the data source", "Left out this time. A retry asks for their prices again.")
            }
            Self::NotAsked => (
                "Symbols not asked for",
                "Left out of all results: most of the portfolio's symbols are unknown to the data source.",
            ),
            Self::OldPrices => {
                ("Prices are not the newest", "Valued at the last prices known here. A retry asks anew.")
            }
            Self::OddPrices => ("Odd prices", "Put right or kept as they are; the log says which days."),
            Self::NoRecentPrice => ("No recent price", "Valued at the last price there is."),
            Self::NothingPriced => ("No position has a price", "The snapshots hold the cash alone."),
            Self::NoStyleBetas => {
                ("Too little data for style betas", "Style exposures leave them out; the coverage shows it.")
            }
            Self::ShortHistory => ("Short history", "Some of their metrics are missing."),
            Self::NoBeta => {
                ("Too few returns for a beta", "Market and rate exposures leave them out; the coverage shows it.")
            }
            Self::NoExposures => ("No position with a value has a beta", "There are no factor exposures."),
            Self::PrivatePositions => {
                ("Private positions", "Valued at their entry price, without betas, volatility and correlations.")
            }
            Self::NoPortfolioVolatility => {
                ("Fewer than 21 daily returns of the portfolio", "Its own volatility is missing.")
            }
            Self::LeftOutOfCorrelations => {
                ("Too little in common with the others", "Left out of the correlation matrix.")
            }
            Self::NothingToCorrelate => ("Fewer than two symbols have enough returns", "There are no correlations."),
            Self::ReturnsDoNotVary => (
                "Returns do not vary beyond the rounding of prices",
                "Ratios, betas and correlations that divide by their variance are missing.",
            ),
            Self::BeyondCorrelated => {
                ("More symbols than are correlated", "The smallest holdings are left out of the correlation matrix.")
            }
        }
    }
}

/// A cause of warnings in one phase, with the symbols that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    pub cause: Cause,
    /// Distinct symbols in the order in which they were reported. Empty if the cause concerns the
    /// whole portfolio.
    pub symbols: Vec<String>,
}

impl Warned {
    /// Adds the symbols to the entry of this cause, or adds an entry if the cause is new.
    pub(super) fn note(all: &mut Vec<Self>, cause: Cause, symbols: Vec<String>) {
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

    /// Converts to the form that the API sends.
    pub(super) fn to_wire(&self) -> WarningGroup {
        let (title, effect) = self.cause.title_and_effect();
        WarningGroup { title: title.to_owned(), effect: effect.to_owned(), symbols: self.symbols.clone() }
    }
}
