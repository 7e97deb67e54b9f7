//! The codes with which a run can end early, and for each: who can fix the failure, and how.

use crate::Fixer;

/// Why a run ended early. The code is stable and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Cancelled,
    /// The source knows none of the symbols.
    NoPrices,
    /// The portfolio would cost more than one run may compute.
    TooLarge,
    /// A result is larger than the database can store.
    ResultTooLarge,
    /// A trade of the file cannot be valued.
    CannotValue,
    StoreUnavailable,
    MarketDataUnavailable,
    /// The request for the benchmark failed temporarily.
    BenchmarkUnavailable,
    /// The provider or the plan does not offer the benchmark.
    BenchmarkMissing,
    MarketDataKeyRefused,
    /// The plan at the provider includes none of the symbols.
    MarketDataPlan,
    StoreFailed,
    CannotCorrelate,
    CrashedRepeatedly,
    /// A bug in this program.
    InternalError,
}

// A failure that is missing from the list below does not compile.
const _: () = assert!(Failure::ALL.len() == Failure::InternalError as usize + 1);

impl Failure {
    pub const ALL: [Self; 15] = [
        Self::Cancelled,
        Self::NoPrices,
        Self::TooLarge,
        Self::ResultTooLarge,
        Self::CannotValue,
        Self::StoreUnavailable,
        Self::MarketDataUnavailable,
        Self::BenchmarkUnavailable,
        Self::BenchmarkMissing,
        Self::MarketDataKeyRefused,
        Self::MarketDataPlan,
        Self::StoreFailed,
        Self::CannotCorrelate,
        Self::CrashedRepeatedly,
        Self::InternalError,
    ];

    /// Returns the failure with this code, or `None` if no version of this program has it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Returns who can fix the failure. A retry can only help if that is not the user: the same
    /// file fails again.
    pub fn fixer(self) -> Fixer {
        self.row().1
    }

    /// Returns what the fixer should do, as the end of a sentence.
    pub(super) fn fix(self) -> &'static str {
        self.row().2
    }

    /// The table of all failures: code, who can fix it, and how.
    fn row(self) -> (&'static str, Fixer, &'static str) {
        use Fixer::{Operator, Time, You};
        match self {
            Self::Cancelled => ("cancelled", You, ""),
            Self::NoPrices => ("no_prices", You, "check the symbols of your positions."),
            Self::TooLarge => ("too_large", You, "leave out some positions."),
            Self::ResultTooLarge => ("result_too_large", You, "leave out some positions."),
            Self::CannotValue => ("cannot_value", You, "check the prices, quantities and dates of your positions."),
            Self::StoreUnavailable => ("store_unavailable", Time, "retry in a moment."),
            Self::MarketDataUnavailable => ("market_data_unavailable", Time, "retry in a few minutes."),
            Self::BenchmarkUnavailable => ("benchmark_unavailable", Time, "retry in a few minutes."),
            Self::BenchmarkMissing => ("benchmark_missing", Operator, "Retry once they've set another benchmark."),
            Self::MarketDataKeyRefused => ("market_data_key_refused", Operator, "Retry once they've replaced the key."),
            Self::MarketDataPlan => ("market_data_plan", Operator, "Retry once they've changed the plan."),
            Self::StoreFailed => ("store_failed", Operator, "Retry once they've checked the database."),
            Self::CannotCorrelate => ("cannot_correlate", Operator, "Retry once they've looked into it."),
            Self::CrashedRepeatedly => ("crashed_repeatedly", Operator, "Retry once they've looked into it."),
            Self::InternalError => ("internal_error", Operator, "A retry may help until then."),
        }
    }
}
