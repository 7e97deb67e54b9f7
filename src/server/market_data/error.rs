//! Errors of data providers. The kind of an error decides what happens next, such as a retry; its
//! message is written for users.
//!
//! Two kinds are about the symbol: [`ProviderError::NotFound`], which the provider reports, and
//! [`ProviderError::InvalidSymbol`], which this server reports. All other kinds are about the
//! provider.

use chrono::{DateTime, Utc};
use thiserror::Error;
use tokio::time::Instant;

/// The reason why a provider returned no prices. Each message is a clause that can follow "no
/// prices:".
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
        /// The environment variable that holds the key.
        variable: &'static str,
    },
    /// The API key is valid, but its plan does not include the requested data.
    #[error("the {provider} plan does not include this symbol")]
    PlanLimit { provider: &'static str },
    /// The provider rejected the request, because it had received too many in a short time.
    #[error("{provider} is still limiting the request rate after several retries")]
    RateLimited {
        provider: &'static str,
        /// Whole seconds to wait before the next request, if the provider sent `Retry-After`.
        retry_after_seconds: Option<u64>,
    },
    /// The hourly, daily or monthly quota is used up.
    #[error("the request quota at {provider} is used up{}", until(resets.as_ref()))]
    QuotaExhausted {
        provider: &'static str,
        /// The time when the quota is renewed, if known.
        resets: Option<DateTime<Utc>>,
    },
    /// The provider returned a server error, or the connection failed.
    #[error("{provider} {what}")]
    Upstream {
        provider: &'static str,
        /// A verb phrase that follows the provider's name, such as "returned an error (503)".
        what: String,
    },
    /// The response did not contain a list of prices.
    #[error("{provider} sent an unusable response: {what}")]
    Malformed {
        provider: &'static str,
        /// A clause that describes the problem with the response, such as "it is cut off".
        what: String,
    },
    /// The response contained neither prices nor a reason for their absence.
    #[error("{provider} sent an empty response without a reason")]
    Empty { provider: &'static str },
    #[error("{provider} did not respond within {seconds} s")]
    Timeout { provider: &'static str, seconds: u64 },
    /// All providers of a chain failed. Holds the reason of each one, separated by commas.
    #[error("{0}")]
    AllFailed(String),
    /// The provider's circuit breaker is open after repeated failures, so no request is sent for a
    /// while.
    #[error("{provider} is not responding")]
    CircuitOpen {
        provider: &'static str,
        /// The time of the next probe, which tests whether the provider responds again.
        until: Instant,
    },
    /// The symbol cannot be used in a URL path, because it would change the address of the request.
    #[error("{provider} does not accept a symbol like this")]
    InvalidSymbol { provider: &'static str },
}

fn until(resets: Option<&DateTime<Utc>>) -> String {
    resets.map(|at| format!(" until {} UTC", at.format("%H:%M"))).unwrap_or_default()
}

impl ProviderError {
    /// Returns whether the same request may succeed if it is retried soon.
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

    /// Returns whether the error means that the provider is down, regardless of the symbol.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Upstream { .. } | Self::Timeout { .. })
    }

    /// Returns whether the error is about the symbol, not about the provider.
    pub fn concerns_symbol(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::InvalidSymbol { .. })
    }

    /// Returns whether requests for other symbols would currently fail for the same reason.
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
