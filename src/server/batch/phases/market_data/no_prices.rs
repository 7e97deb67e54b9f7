//! Failures of runs that got no prices. Each cause has an error code of its own.
//!
//! | code | cause | fixed by |
//! |---|---|---|
//! | `market_data_unavailable` | the provider is down, or its quota is exhausted | waiting |
//! | `benchmark_unavailable` | the request for the benchmark failed temporarily | waiting |
//! | `benchmark_missing` | the provider or the plan does not offer the benchmark | the operator |
//! | `market_data_key_refused` | the provider rejects the API key | the operator |
//! | `market_data_plan` | the plan at the provider includes none of the symbols | the operator |
//! | `no_prices` | the provider knows none of the symbols | the user |

use crate::server::{batch::Stop, market_data::ProviderError};

/// Returns the failure of a run in which a request failed for a reason that affects all symbols.
pub(super) fn no_response(error: &ProviderError) -> Stop {
    match error {
        ProviderError::Unauthorized { provider, variable } => {
            let message = format!("The data provider {provider} refused the key in {variable}.");
            Stop::failed("market_data_key_refused", message)
        }
        ProviderError::PlanLimit { .. } => Stop::failed("market_data_plan", format!("No prices: {error}.")),
        _ => {
            let message =
                format!("No prices for now: {error}. What was fetched is saved; Retry Setup fetches only the rest.");
            Stop::failed("market_data_unavailable", message)
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
    let code = if is_missing { "benchmark_missing" } else { "benchmark_unavailable" };
    Stop::failed(code, format!("We couldn't get prices for the benchmark ({symbol}): {error}."))
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
    Stop::failed("no_prices", format!("We couldn't find prices for {symbols}, so there's nothing to compute."))
}
