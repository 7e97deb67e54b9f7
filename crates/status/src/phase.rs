//! The nine phases of a run, in order, with the text that users see for each.
//!
//! The computation of each phase is in `server::batch::phases`.

use serde::{Deserialize, Serialize};

/// One of the nine phases. Phases run in the order of the variants, and are shown in the same
/// order.
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
    /// All nine phases, in the order in which they run.
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

    #[allow(clippy::cast_possible_truncation)] // There are nine phases.
    pub const COUNT: u32 = Self::ALL.len() as u32;

    /// Returns the index of the phase in [`Self::ALL`], counted from 0.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Returns the phase number that users see, counted from 1.
    pub fn number(self) -> usize {
        self.index() + 1
    }

    /// Returns the phase's identifier in the API and the store, such as `phase_1.75`.
    pub fn id(self) -> &'static str {
        self.info().id
    }

    /// Returns the phase name that users see, such as "Market Data Collection".
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Returns the unit in which the phase counts its progress: "symbols", "dates" or "positions",
    /// or "" if the phase does not count items.
    pub fn unit(self) -> &'static str {
        self.info().unit
    }

    /// Returns the message that is shown while the phase runs.
    pub fn running_message(self) -> &'static str {
        self.info().running_message
    }

    /// Returns a short description of what the phase computes.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::MarketData => "Daily prices of every symbol, of the benchmark and of the factors",
            Self::FactorAnalysis => "How each symbol moves with the factors",
            Self::SymbolMetrics => "Returns, volatility and drawdown of each symbol",
            Self::Snapshots => "The value of the portfolio on each trading day",
            Self::PositionValues => "Market value, profit and weight of each position",
            Self::PositionBetas => "How each position moves with the market",
            Self::FactorExposures => "How the portfolio as a whole depends on the factors",
            Self::Volatility => "How much each position swings, and what to expect next",
            Self::Correlations => "Which positions move together",
        }
    }

    /// Returns the HTML id of the section on the results page that shows the output of the phase.
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

/// The identifier, name, unit and message of a phase.
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
    fn parses_and_serializes_ids() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_id(phase.id()), Some(phase));
            assert_eq!(serde_json::to_value(phase).ok(), Some(phase.id().into()));
        }
    }

    #[test]
    fn numbers_phases_in_order() {
        assert_eq!(Phase::ALL.map(Phase::number), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(Phase::Snapshots.number(), 4);
    }
}
