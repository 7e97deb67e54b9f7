//! Live market data: providers in the order of their choice, each behind what the store knows from it.
//!
//! The next provider is asked where one does not know a symbol or cannot answer. A refused key is not papered over:
//! it ends the run.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Ask, Factors, History, MarketData, PriceStore, ProviderError, SourceFacts, cached::Cached, channel::Channel,
    provider::Provider, sessions,
};

/// Providers in order.
pub struct Live {
    chain: Vec<Cached>,
    factors: Factors,
    notice: Option<String>,
}

impl Live {
    /// These providers over this store. `notice` is what a person has to know of the prices, if anything.
    pub async fn new(
        providers: Vec<Arc<dyn Provider>>,
        store: Arc<dyn PriceStore>,
        factors: Option<Factors>,
        notice: Option<String>,
    ) -> Self {
        for provider in &providers {
            // What an earlier process asked still counts towards the allowance.
            let limiter = provider.channel().limiter();
            let now = Utc::now().timestamp_millis();
            let since = now - i64::try_from(limiter.memory().as_millis()).unwrap_or(0);
            match store.asked_since(provider.id(), since).await {
                Ok(asked) => limiter
                    .remember(asked.into_iter().map(|at| Duration::from_millis(u64::try_from(now - at).unwrap_or(0)))),
                Err(error) => tracing::warn!(?error, "earlier requests are not known and not counted"),
            }
        }
        let chain =
            providers.into_iter().map(|provider| Cached::new(provider, store.clone(), Arc::new(Utc::now))).collect();
        Self { chain, factors: factors.unwrap_or_else(Factors::live), notice }
    }
}

#[async_trait]
impl MarketData for Live {
    fn facts(&self) -> SourceFacts {
        let ids: Vec<&str> = self.chain.iter().map(|cached| cached.provider().id()).collect();
        let names: Vec<&str> = self.chain.iter().map(|cached| cached.provider().name()).collect();
        SourceFacts {
            id: ids.join(","),
            name: names.join(", then "),
            dates: None,
            symbols: Vec::new(),
            notice: self.notice.clone(),
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone()
    }

    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate {
        sessions::last_closed(now)
    }

    async fn unknown_yet(&self, asks: &[Ask<'_>]) -> Vec<String> {
        let mut unknown = Vec::new();
        for ask in asks {
            if self.known(ask).await.is_none() {
                unknown.push(ask.symbol.to_owned());
            }
        }
        unknown
    }

    fn due(&self, user: &str, run: u64, requests: usize) -> Duration {
        self.asked_now().map_or(Duration::ZERO, |channel| channel.limiter().due(user, run, requests))
    }

    fn next_due(&self, user: &str) -> Duration {
        self.asked_now().map_or(Duration::ZERO, |channel| channel.limiter().next_due(user))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn answer_ms(&self) -> f64 {
        self.asked_now().map_or(0.0, |channel| channel.answer_ms() as f64)
    }

    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        if let Some(known) = self.known(ask).await {
            return known;
        }
        let mut failures = Vec::new();
        for cached in &self.chain {
            match cached.fetch(ask).await {
                Ok(history) => return Ok(history),
                Err(error @ ProviderError::Unauthorized { .. }) => return Err(error),
                Err(error) => failures.push(error),
            }
        }
        let failure = of_all(failures);
        if !matches!(failure, ProviderError::NotFound(_)) {
            let mut stale = Vec::new();
            for cached in &self.chain {
                stale.extend(cached.stale(ask, &failure).await);
            }
            // The newest of what is old.
            if let Some(history) = stale.into_iter().max_by_key(|history| history.bars.last().map(|bar| bar.date)) {
                return Ok(history);
            }
        }
        Err(failure)
    }
}

impl Live {
    /// The way to the provider that the next request goes to: the first one that answers at all.
    fn asked_now(&self) -> Option<&Channel> {
        let mut channels = self.chain.iter().map(|cached| cached.provider().channel());
        channels.clone().find(|channel| !channel.is_closed()).or_else(|| channels.next())
    }

    /// What the store has from any provider, if nothing has to be asked; the failure where all of them are known not
    /// to know the symbol.
    async fn known(&self, ask: &Ask<'_>) -> Option<Result<History, ProviderError>> {
        let mut unknown = Vec::new();
        for cached in &self.chain {
            match cached.known(ask).await {
                Some(Ok(history)) => return Some(Ok(history)),
                Some(Err(error)) => unknown.push(error),
                None => {}
            }
        }
        (unknown.len() == self.chain.len()).then(|| Err(of_all(unknown)))
    }
}

/// The failure of a chain whose providers failed like this: unknown only where all of them say so, and a matter of all
/// symbols only where it is one with all of them. A provider that could not answer may well know the symbol.
fn of_all(failures: Vec<ProviderError>) -> ProviderError {
    let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let unknown = |error: &ProviderError| matches!(error, ProviderError::NotFound(_));
    let for_all = failures.iter().all(ProviderError::concerns_all_symbols);
    if failures.iter().all(unknown) {
        return ProviderError::NotFound(reasons.join(", "));
    }
    match failures.into_iter().next() {
        Some(only) if for_all || reasons.len() == 1 => only,
        _ => ProviderError::Unanswered(reasons.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{ProviderError, of_all};

    #[test]
    fn one_symbol_that_the_last_provider_does_not_know_is_no_reason_to_ask_for_no_other() {
        let exhausted = ProviderError::QuotaExhausted { provider: "A", resets: None };
        let unknown = ProviderError::NotFound("unknown to B".to_owned());
        let resting = ProviderError::Resting { provider: "B" };
        let both = of_all(vec![exhausted.clone(), unknown.clone()]);
        assert_eq!(both.to_string(), "the request allowance at A is used up, unknown to B");
        assert!(!both.concerns_all_symbols());
        assert!(of_all(vec![exhausted.clone(), resting]).concerns_all_symbols());
        assert_eq!(of_all(vec![unknown.clone()]), unknown);
        assert_eq!(of_all(vec![exhausted.clone()]), exhausted);
    }
}
