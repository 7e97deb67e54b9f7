//! Fetches the prices of a run's symbols from the data source. Waits if the source is down, and
//! stops requesting symbols if most of them are unknown to the source.

use std::collections::BTreeSet;

use tokio::time::{Instant, sleep_until};

use super::{outage_budget::OutageBudget, unknown_limit::UnknownLimit};
use crate::server::{
    batch::{
        Reporter,
        model::input::{RequiredSeries, Role},
    },
    market_data::{History, MarketData, PriceRequest, ProviderError},
};

/// Outcome of fetching one symbol.
pub(super) enum FetchOutcome {
    Response(Result<History, ProviderError>),
    /// The symbol was skipped without a request.
    NotRequested,
}

/// State shared by all price requests of a run.
pub(super) struct Fetcher<'a> {
    pub source: &'a dyn MarketData,
    pub reporter: &'a Reporter,
    /// Symbols whose prices have to be requested from the source.
    pub requested: BTreeSet<String>,
    pub outage_budget: OutageBudget,
    pub limit: UnknownLimit,
}

impl Fetcher<'_> {
    /// Fetches the prices of a symbol. Retries during an outage until the run's outage budget is
    /// exhausted.
    pub async fn fetch<'a>(
        &self,
        required: &'a RequiredSeries,
        ask: &PriceRequest<'_>,
    ) -> (&'a RequiredSeries, FetchOutcome) {
        if self.is_left_out(required) {
            return (required, FetchOutcome::NotRequested);
        }
        self.reporter.debug(format!("Fetching {}...", ask.symbol));
        loop {
            let response = self.source.daily_history(ask).await;
            if let Err(ProviderError::CircuitOpen { provider, until }) = response
                && let Some(wait) = self.outage_budget.wait(provider, until)
            {
                if let Some(message) = wait.message {
                    self.reporter.activity(message);
                    self.reporter.waiting_for_limit(Some(until.saturating_duration_since(Instant::now())));
                }
                // The wait ends early if another request finds out that the provider has recovered.
                tokio::select! {
                    () = sleep_until(until) => {}
                    () = self.source.wait_for_recovery() => {}
                }
                continue;
            }
            self.outage_budget.record_response();
            self.limit.count(matches!(response, Err(ProviderError::NotFound(_))));
            return (required, FetchOutcome::Response(response));
        }
    }

    /// Returns whether to skip a symbol. It is skipped if it would need a request and too many
    /// symbols have already turned out to be unknown to the source.
    fn is_left_out(&self, required: &RequiredSeries) -> bool {
        self.source.is_remote()
            && self.limit.is_reached()
            && matches!(required.role, Role::Position | Role::Underlying)
            && self.requested.contains(&required.symbol)
    }
}
