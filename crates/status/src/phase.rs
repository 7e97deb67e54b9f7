//! The nine phases of a setup, in order, with the words people see for each.
//!
//! Does not say how a phase computes: that is `server::batch::phases`.

use serde::{Deserialize, Serialize};

/// One of the nine phases. The order of the variants is the order of work and of display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Phase {
    #[serde(rename = "phase_1")]
    MarketData,
    #[serde(rename = "phase_1.5")]
    FactorAnalysis,
    #[serde(rename = "phase_1.75")]
    SymbolMetrics,
    #[serde(rename = "phase_2")]
    Snapshots,
    #[serde(rename = "phase_2.5")]
    PositionValues,
    #[serde(rename = "phase_3")]
    PositionBetas,
    #[serde(rename = "phase_4")]
    FactorExposures,
    #[serde(rename = "phase_5")]
    Volatility,
    #[serde(rename = "phase_6")]
    Correlations,
}

impl Phase {
    /// All nine, in order.
    pub const ALL: [Self; 9] = [
        Self::MarketData,
        Self::FactorAnalysis,
        Self::SymbolMetrics,
        Self::Snapshots,
        Self::PositionValues,
        Self::PositionBetas,
        Self::FactorExposures,
        Self::Volatility,
        Self::Correlations,
    ];

    /// How many there are.
    #[allow(clippy::cast_possible_truncation)] // nine
    pub const COUNT: u32 = Self::ALL.len() as u32;

    /// Position in the list, from 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Position as shown to people, from 1.
    pub fn number(self) -> usize {
        self.index() + 1
    }

    /// The identifier in the API and the store, such as `phase_1.75`.
    pub fn id(self) -> &'static str {
        self.info().id
    }

    /// The name people see, such as "Market Data Collection".
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// What its progress counts: "symbols", "dates", "positions", or "" where there is nothing to count.
    pub fn unit(self) -> &'static str {
        self.info().unit
    }

    /// What it says while it runs.
    pub fn running_message(self) -> &'static str {
        self.info().running_message
    }

    /// What it is for, in words for somebody who waits for it.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::MarketData => "Daily prices of every symbol, of the benchmark and of the factors",
            Self::FactorAnalysis => "How each symbol moves with the factors",
            Self::SymbolMetrics => "Returns, volatility and drawdown of each symbol",
            Self::Snapshots => "The value of the portfolio on each trading day",
            Self::PositionValues => "Market value, profit and weight of each position",
            Self::PositionBetas => "How each position moves with the market",
            Self::FactorExposures => "How the portfolio as a whole depends on the factors",
            Self::Volatility => "How much each position moves, with a forecast",
            Self::Correlations => "Which positions move together",
        }
    }

    /// The part of the results page with what it produced.
    pub fn result_id(self) -> &'static str {
        match self {
            Self::MarketData => "market-title",
            Self::FactorAnalysis => "factors-title",
            Self::SymbolMetrics => "symbols-title",
            Self::Snapshots => "equity-title",
            Self::PositionValues | Self::PositionBetas => "positions-title",
            Self::FactorExposures => "exposures-title",
            Self::Volatility => "volatility-title",
            Self::Correlations => "correlations-title",
        }
    }

    /// The phase with this identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.id() == id)
    }

    const fn info(self) -> PhaseInfo {
        match self {
            Self::MarketData => {
                PhaseInfo::new("phase_1", "Market Data Collection", "symbols", "Fetching historical prices...")
            }
            Self::FactorAnalysis => {
                PhaseInfo::new("phase_1.5", "Factor Analysis", "symbols", "Calculating factor exposures...")
            }
            Self::SymbolMetrics => {
                PhaseInfo::new("phase_1.75", "Symbol Metrics", "symbols", "Computing symbol metrics...")
            }
            Self::Snapshots => PhaseInfo::new("phase_2", "Portfolio Snapshots", "dates", "Creating daily snapshots..."),
            Self::PositionValues => {
                PhaseInfo::new("phase_2.5", "Position Values", "positions", "Updating position values...")
            }
            Self::PositionBetas => {
                PhaseInfo::new("phase_3", "Position Betas", "positions", "Calculating position betas...")
            }
            Self::FactorExposures => {
                PhaseInfo::new("phase_4", "Factor Exposures", "positions", "Computing factor exposures...")
            }
            Self::Volatility => {
                PhaseInfo::new("phase_5", "Volatility Analysis", "positions", "Analyzing volatility...")
            }
            Self::Correlations => PhaseInfo::new("phase_6", "Correlations", "", "Building correlation matrix..."),
        }
    }
}

/// The names of a phase and the words people see for it.
struct PhaseInfo {
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    running_message: &'static str,
}

impl PhaseInfo {
    const fn new(id: &'static str, name: &'static str, unit: &'static str, running_message: &'static str) -> Self {
        Self { id, name, unit, running_message }
    }
}

#[cfg(test)]
mod tests {
    use super::Phase;

    #[test]
    fn ids_are_found_again_and_serialise_as_themselves() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_id(phase.id()), Some(phase));
            assert_eq!(serde_json::to_value(phase).ok(), Some(phase.id().into()));
        }
    }

    #[test]
    fn numbers_follow_the_order_of_the_list() {
        assert_eq!(Phase::ALL.map(Phase::number), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(Phase::Snapshots.number(), 4);
    }
}
