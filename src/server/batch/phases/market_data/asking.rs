//! Fetches one run's symbols from its source. Waits for a source that is down, and stops requesting
//! symbols from a source that knows hardly any of them.

use std::collections::BTreeSet;

use tokio::time::{Instant, sleep_until};

use super::{patience::Patience, unknown_limit::UnknownLimit};
use crate::server::{
    batch::{
        Reporter,
        model::input::{Role, Wanted},
    },
    market_data::{Ask, History, MarketData, ProviderError},
};

/// Outcome of fetching one symbol.
pub(super) enum Answer {
    Of(Result<History, ProviderError>),
    /// No request was sent.
    NotAsked,
}

/// State shared by all requests of a run.
pub(super) struct Asking<'a> {
    pub source: &'a dyn MarketData,
    pub reporter: &'a Reporter,
    /// Symbols that need a request, because their prices are not known yet.
    pub requested: BTreeSet<String>,
    pub patience: Patience,
    pub limit: UnknownLimit,
}

impl Asking<'_> {
    /// Fetches a symbol. Retries during an outage until the run's patience is used up.
    pub async fn fetch<'a>(&self, wanted: &'a Wanted, ask: &Ask<'_>) -> (&'a Wanted, Answer) {
        if self.is_left_out(wanted) {
            return (wanted, Answer::NotAsked);
        }
        self.reporter.debug(format!("Fetching {}...", ask.symbol));
        loop {
            let answer = self.source.daily_history(ask).await;
            if let Err(ProviderError::Resting { provider, until }) = answer
                && let Some(wait) = self.patience.wait(provider, until)
            {
                if let Some(words) = wait.words {
                    self.reporter.activity(words);
                    self.reporter.waiting_for_limit(Some(until.saturating_duration_since(Instant::now())));
                }
                // Another request may find earlier that the outage is over.
                tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.source.outage_over() => {}
                }
                continue;
            }
            self.patience.answered();
            self.limit.count(matches!(answer, Err(ProviderError::NotFound(_))));
            return (wanted, Answer::Of(answer));
        }
    }

    /// Returns whether to skip a symbol: it needs a request, and too many symbols are unknown to
    /// the source.
    fn is_left_out(&self, wanted: &Wanted) -> bool {
        self.source.is_remote()
            && self.limit.is_reached()
            && matches!(wanted.role, Role::Position | Role::Underlying)
            && self.requested.contains(&wanted.symbol)
    }
}
