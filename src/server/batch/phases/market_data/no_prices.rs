//! Ends a run without prices, with a code for programs and a message for people, by who can fix it.
//!
//! | code | what happened | who can fix it |
//! |---|---|---|
//! | `market_data_unavailable` | the provider does not answer, or the allowance is used up | time |
//! | `benchmark_unavailable` | the same, for the benchmark alone | time |
//! | `benchmark_missing` | the provider does not have the benchmark | the operator |
//! | `market_data_key_refused` | the provider does not accept the key | the operator |
//! | `market_data_plan` | the plan at the provider includes none of the symbols | the operator |
//! | `no_prices` | the provider knows none of the symbols | the person |

use crate::server::{batch::Stop, market_data::ProviderError};

/// The source gives nothing, whatever the symbol.
pub(super) fn no_answer(error: &ProviderError) -> Stop {
    match error {
        ProviderError::Unauthorized { provider, variable } => {
            let message = format!("The data provider {provider} refused the key in {variable}.");
            Stop::failed("market_data_key_refused", message)
        }
        ProviderError::PlanLimit { .. } => Stop::failed("market_data_plan", format!("No prices: {error}.")),
        _ => {
            let message =
                format!("No prices for now: {error}. What was fetched is kept; Retry Setup asks only for the rest.");
            Stop::failed("market_data_unavailable", message)
        }
    }
}

/// The benchmark has no prices, and without it there is no calendar.
pub(super) fn no_benchmark(symbol: &str, error: &ProviderError) -> Stop {
    if error.concerns_all_symbols() {
        return no_answer(error);
    }
    let is_missing = error.concerns_symbol() || matches!(error, ProviderError::PlanLimit { .. });
    let code = if is_missing { "benchmark_missing" } else { "benchmark_unavailable" };
    Stop::failed(code, format!("There are no prices for the benchmark {symbol}: {error}."))
}

/// No position's symbol has prices. `failure` is why one of them got no answer, if so.
pub(super) fn no_symbol(positions: usize, failure: Option<&ProviderError>) -> Stop {
    if let Some(error) = failure {
        return no_answer(error);
    }
    let none = match positions {
        1 => "The only symbol in the portfolio has no prices".to_owned(),
        count => format!("None of the {count} symbols in the portfolio has prices"),
    };
    Stop::failed("no_prices", format!("{none}, so nothing can be computed."))
}
