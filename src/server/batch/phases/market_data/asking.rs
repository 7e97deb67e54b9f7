//! Sends one run's requests to its source. Waits for a source that is down, and stops asking a
//! source that knows hardly any of the symbols.

use std::collections::BTreeSet;

use tokio::time::{Instant, sleep_until};

use super::{patience::Patience, unknown_limit::UnknownLimit};
use crate::server::{
    batch::{
        Reporter,
        model::input::{Role, Wanted},
    },
    market_data::{History, MarketData, PriceRequest, ProviderError},
};

/// What was learned of a symbol.
pub(super) enum Answer {
    Of(Result<History, ProviderError>),
    /// The source was not asked.
    NotAsked,
}

/// What the requests of a run share.
pub(super) struct Asking<'a> {
    pub source: &'a dyn MarketData,
    pub reporter: &'a Reporter,
    /// Symbols that cannot be answered without a request.
    pub requested: BTreeSet<String>,
    pub patience: Patience,
    pub limit: UnknownLimit,
}

impl Asking<'_> {
    /// Fetches a symbol; retries during an outage while the run has patience.
    pub async fn fetch<'a>(&self, wanted: &'a Wanted, ask: &PriceRequest<'_>) -> (&'a Wanted, Answer) {
        if self.is_left_out(wanted) {
            return (wanted, Answer::NotAsked);
        }
        self.reporter.debug(format!("Fetching {}...", ask.symbol));
        loop {
            let answer = self.source.daily_history(ask).await;
            if let Err(ProviderError::CircuitOpen { provider, until }) = answer
                && let Some(wait) = self.patience.wait(provider, until)
            {
                if let Some(words) = wait.words {
                    self.reporter.activity(words);
                    self.reporter.waiting_for_limit(Some(until.saturating_duration_since(Instant::now())));
                }
                // Another request may find that the outage has ended before then.
                tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.source.wait_for_recovery() => {}
                }
                continue;
            }
            self.patience.answered();
            self.limit.count(matches!(answer, Err(ProviderError::NotFound(_))));
            return (wanted, Answer::Of(answer));
        }
    }

    /// Returns whether a symbol needs a request and is left out after the unknown limit.
    fn is_left_out(&self, wanted: &Wanted) -> bool {
        self.source.is_remote()
            && self.limit.is_reached()
            && matches!(wanted.role, Role::Position | Role::Underlying)
            && self.requested.contains(&wanted.symbol)
    }
}
