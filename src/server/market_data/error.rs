//! Errors of data providers. The kind of an error decides what happens next, such as a retry. Its
//! message is shown to users.
//!
//! Two kinds are about the symbol: [`ProviderError::NotFound`], which the provider reports, and
//! [`ProviderError::InvalidSymbol`], which this server reports. All other kinds are about the
//! provider.

use chrono::{DateTime, Utc};
use thiserror::Error;
use tokio::time::Instant;

/// Why a provider returned no prices. Each message is a clause that can follow "no prices:".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The source explicitly reports that it does not have the symbol. Holds the reason, such as
    /// "unknown to Tiingo".
    #[error("{0}")]
    NotFound(String),
    /// The provider rejected the API key.
    #[error("{provider} refused the key in {variable}")]
    Unauthorized {
        provider: &'static str,
        /// Name of the environment variable that holds the API key.
        variable: &'static str,
    },
    /// The API key is valid, but its plan does not include the requested data.
    #[error("the {provider} plan does not include this symbol")]
    PlanLimit { provider: &'static str },
    /// The provider rejected the request because it had received too many in a short time.
    #[error("{provider} is still limiting the request rate after several retries")]
    RateLimited {
        provider: &'static str,
        /// Number of seconds to wait before the next request, if the provider sent `Retry-After`.
        retry_after_seconds: Option<u64>,
    },
    /// The provider's hourly, daily or monthly quota is exhausted.
    #[error("the request quota at {provider} is used up{}", until(resets.as_ref()))]
    QuotaExhausted {
        provider: &'static str,
        /// When the quota is renewed, if known.
        resets: Option<DateTime<Utc>>,
    },
    /// The provider returned a server error, or the connection failed.
    #[error("{provider} {what}")]
    Upstream {
        provider: &'static str,
        /// A verb phrase that follows the provider's name in the message, such as "returned an
        /// error (503)".
        what: String,
    },
    /// The response did not contain a list of prices.
    #[error("{provider} sent an unusable response: {what}")]
    Malformed {
        provider: &'static str,
        /// A clause that says what is wrong with the response, such as "it is cut off".
        what: String,
    },
    /// The response contained neither prices nor a reason why there are none.
    #[error("{provider} sent an empty response without a reason")]
    Empty { provider: &'static str },
    #[error("{provider} did not respond within {seconds} s")]
    Timeout { provider: &'static str, seconds: u64 },
    /// All providers in a chain failed. Holds the reason of each one, separated by commas.
    #[error("{0}")]
    AllFailed(String),
    /// The circuit breaker has stopped requests to the provider for a while after repeated
    /// failures.
    #[error("{provider} is not responding")]
    CircuitOpen {
        provider: &'static str,
        /// When the next probe will check whether the provider responds again.
        until: Instant,
    },
    /// The symbol cannot be used in a URL path, because it would change which URL is requested.
    #[error("{provider} does not accept a symbol like this")]
    InvalidSymbol { provider: &'static str },
}

fn until(resets: Option<&DateTime<Utc>>) -> String {
    resets.map(|at| format!(" until {} UTC", at.format("%H:%M"))).unwrap_or_default()
}

impl ProviderError {
    /// Returns whether a retry within a short time may succeed.
    pub fn is_worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Upstream { .. }
                | Self::Malformed { .. }
                | Self::Empty { .. }
                | Self::Timeout { .. }
        )
    }

    /// Returns whether the error means that the provider is down.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Upstream { .. } | Self::Timeout { .. })
    }

    /// Returns whether the error is about the symbol rather than the provider.
    pub fn concerns_symbol(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::InvalidSymbol { .. })
    }

    /// Returns whether requests for all other symbols would currently fail for the same reason.
    pub fn concerns_all_symbols(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. }
                | Self::QuotaExhausted { .. }
                | Self::RateLimited { .. }
                | Self::CircuitOpen { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::ProviderError;

    #[test]
    fn retries_only_temporary_errors() {
        let provider = "P";
        let retried = [
            ProviderError::RateLimited { provider, retry_after_seconds: None },
            ProviderError::Upstream { provider, what: String::new() },
            ProviderError::Malformed { provider, what: String::new() },
            ProviderError::Empty { provider },
            ProviderError::Timeout { provider, seconds: 1 },
        ];
        let not_retried = [
            ProviderError::NotFound(String::new()),
            ProviderError::Unauthorized { provider, variable: "KEY" },
            ProviderError::PlanLimit { provider },
            ProviderError::QuotaExhausted { provider, resets: None },
            ProviderError::CircuitOpen { provider, until: Instant::now() },
            ProviderError::InvalidSymbol { provider },
        ];
        assert!(retried.iter().all(ProviderError::is_worth_retrying));
        assert!(!not_retried.iter().any(ProviderError::is_worth_retrying));
    }

    #[test]
    fn reports_reset_time_of_exhausted_quota() {
        let error = ProviderError::QuotaExhausted { provider: "P", resets: "2026-01-01T14:00:00Z".parse().ok() };
        assert_eq!(error.to_string(), "the request quota at P is used up until 14:00 UTC");
    }
}
