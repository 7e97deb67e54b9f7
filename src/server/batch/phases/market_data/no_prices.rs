//! Failures of runs that got no prices. Each cause is a [`Failure`] of its own, which says who can
//! fix it.

use status::Failure;

use crate::server::{batch::Stop, market_data::ProviderError};

/// Returns the failure of a run in which a request failed for a reason that affects all symbols.
pub(super) fn no_response(error: &ProviderError) -> Stop {
    match error {
        ProviderError::Unauthorized { provider, variable } => {
            let message = format!("The data provider {provider} refused the key in {variable}.");
            Stop::failed(Failure::MarketDataKeyRefused, message)
        }
        ProviderError::PlanLimit { .. } => Stop::failed(Failure::MarketDataPlan, format!("No prices: {error}.")),
        _ => {
            let message =
                format!("No prices for now: {error}. What was fetched is saved; Retry Setup fetches only the rest.");
            Stop::failed(Failure::MarketDataUnavailable, message)
        }
    }
}

/// Returns the failure of a run whose benchmark has no prices. The benchmark's dates are the
/// calendar, so no phase can run without them.
pub(super) fn no_benchmark(symbol: &str, error: &ProviderError) -> Stop {
    if error.concerns_all_symbols() {
        return no_response(error);
    }
    let is_missing = error.concerns_symbol() || matches!(error, ProviderError::PlanLimit { .. });
    let failure = if is_missing { Failure::BenchmarkMissing } else { Failure::BenchmarkUnavailable };
    Stop::failed(failure, format!("We couldn't get prices for the benchmark ({symbol}): {error}."))
}

/// Returns the failure of a run in which no position symbol has prices. `failure` is the first
/// error that was unrelated to the requested symbol, if there was one.
pub(super) fn no_symbol(positions: usize, failure: Option<&ProviderError>) -> Stop {
    if let Some(error) = failure {
        return no_response(error);
    }
    let symbols = match positions {
        1 => "the only symbol in the portfolio".to_owned(),
        count => format!("any of the {count} symbols in the portfolio"),
    };
    Stop::failed(Failure::NoPrices, format!("We couldn't find prices for {symbols}, so there's nothing to compute."))
}
