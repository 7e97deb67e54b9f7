//! Why a provider gave no prices: as kinds that decide what to do next, each with words for a person.
//!
//! [`ProviderError::NotFound`] is what a provider says about the symbol,
//! [`ProviderError::Unaskable`] what is said about it here. All others say something about the
//! provider.

use chrono::{DateTime, Utc};
use thiserror::Error;
use tokio::time::Instant;

/// Why a provider gave no prices. Each message is a clause that fits after "no prices:".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The source says explicitly that it does not have this symbol. Holds its reason, such as "unknown to Tiingo".
    #[error("{0}")]
    NotFound(String),
    /// The source does not accept the key.
    #[error("{provider} refused the key in {variable}")]
    Unauthorized {
        /// Who.
        provider: &'static str,
        /// The environment variable that holds the key.
        variable: &'static str,
    },
    /// The key is good, but what it pays for does not include this.
    #[error("the plan at {provider} does not include it")]
    PlanLimit {
        /// Who.
        provider: &'static str,
    },
    /// Too many requests in too short a time.
    #[error("{provider} asked for fewer requests, and again after each wait")]
    RateLimited {
        /// Who.
        provider: &'static str,
        /// Whole seconds to wait, where it said so.
        retry_after_seconds: Option<u64>,
    },
    /// The allowance of the hour, day or month is used up.
    #[error("the request allowance at {provider} is used up{}", until(resets.as_ref()))]
    QuotaExhausted {
        /// Who.
        provider: &'static str,
        /// When there is a new one, where that is known.
        resets: Option<DateTime<Utc>>,
    },
    /// The source answered with a failure of its own, or the connection broke.
    #[error("{provider} {what}")]
    Upstream {
        /// Who.
        provider: &'static str,
        /// What happened, such as "answered with an error (503)".
        what: String,
    },
    /// The answer was not prices.
    #[error("the answer of {provider} could not be used: {what}")]
    Malformed {
        /// Who.
        provider: &'static str,
        /// What was wrong with it, such as "it is cut off".
        what: String,
    },
    /// The answer held no prices, and not a word of why.
    #[error("{provider} sent an empty answer without saying why")]
    Empty {
        /// Who.
        provider: &'static str,
    },
    /// No answer in time.
    #[error("{provider} did not answer within {seconds} s")]
    Timeout {
        /// Who.
        provider: &'static str,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// Several providers gave nothing, each for a reason of its own.
    #[error("{0}")]
    Unanswered(String),
    /// It failed so often in a row that it is left alone for a while.
    #[error("{provider} does not answer at the moment")]
    Resting {
        /// Who.
        provider: &'static str,
        /// When it may be asked again.
        until: Instant,
    },
    /// The symbol cannot be part of a request: its characters would change what is asked.
    #[error("{provider} cannot be asked for such a symbol")]
    Unaskable {
        /// Who.
        provider: &'static str,
    },
}

fn until(resets: Option<&DateTime<Utc>>) -> String {
    resets.map(|at| format!(" until {} UTC", at.format("%H:%M"))).unwrap_or_default()
}

impl ProviderError {
    /// Whether the same request may well succeed in a moment.
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

    /// Whether it means that the provider is down, whatever the symbol.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Upstream { .. } | Self::Timeout { .. })
    }

    /// Whether it is the symbol that has no prices, whatever the provider does.
    pub fn concerns_symbol(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Unaskable { .. })
    }

    /// Whether asking this provider for other symbols would now fail in the same way.
    pub fn concerns_all_symbols(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. } | Self::QuotaExhausted { .. } | Self::RateLimited { .. } | Self::Resting { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::ProviderError;

    #[test]
    fn only_what_may_pass_by_itself_is_retried() {
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
            ProviderError::Resting { provider, until: Instant::now() },
            ProviderError::Unaskable { provider },
        ];
        assert!(retried.iter().all(ProviderError::is_worth_retrying));
        assert!(!not_retried.iter().any(ProviderError::is_worth_retrying));
    }

    #[test]
    fn a_used_up_allowance_says_when_there_is_a_new_one() {
        let error = ProviderError::QuotaExhausted { provider: "P", resets: "2026-01-01T14:00:00Z".parse().ok() };
        assert_eq!(error.to_string(), "the request allowance at P is used up until 14:00 UTC");
    }
}
