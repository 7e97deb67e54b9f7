//! Live market data: providers in the order of their choice, each behind what the store knows from it.
//!
//! The next provider is asked where one does not know a symbol or cannot answer. A refused key is not papered over:
//! it ends the run.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use futures::future::select_all;
use tokio::time::Instant;

use super::{
    Ask, DemandRegistry, Factors, History, MarketData, PriceStore, ProviderError, RegisteredDemand, SourceFacts,
    cached::{Cached, Known},
    channel::Channel,
    provider::Provider,
    sessions,
};

/// Providers in order.
pub struct ProviderChain {
    chain: Vec<Cached>,
    /// Whichever provider is asked, all runs wait for each other.
    demand: DemandRegistry,
    factors: Factors,
    notice: Option<String>,
}

impl ProviderChain {
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
        let demand = DemandRegistry::default();
        Self { chain, demand, factors: factors.unwrap_or_else(Factors::live), notice }
    }
}

#[async_trait]
impl MarketData for ProviderChain {
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
        // Known is what one provider has, or none of them knows.
        let mut whole: HashSet<String> = HashSet::new();
        let mut unknown_to: HashMap<String, usize> = HashMap::new();
        for cached in &self.chain {
            for (symbol, known) in cached.known_of(asks).await {
                match known {
                    Known::Whole => drop(whole.insert(symbol)),
                    Known::Unknown => *unknown_to.entry(symbol).or_default() += 1,
                }
            }
        }
        let is_known = |symbol: &str| {
            whole.contains(symbol) || unknown_to.get(symbol).is_some_and(|&count| count == self.chain.len())
        };
        asks.iter().map(|ask| ask.symbol).filter(|symbol| !is_known(symbol)).map(str::to_owned).collect()
    }

    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        self.demand.register(user, run, requests)
    }

    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration> {
        let outage = self.outage_left();
        let Some(channel) = self.asked_now() else { return vec![Duration::ZERO; positions.len()] };
        let mut waits = channel.limiter().forecast(user, &self.demand.competing(user, run), positions);
        waits.iter_mut().zip(positions).filter(|(_, position)| **position > 0).for_each(|(wait, _)| *wait += outage);
        waits
    }

    fn ask_soon(&self) {
        // Where another provider answers, nobody waits for the one that does not.
        if self.channels().all(Channel::is_unreliable) {
            self.channels().for_each(|channel| channel.breaker().probe_soon());
        }
    }

    async fn outage_over(&self) {
        let down = self.channels().map(Channel::breaker).filter(|breaker| breaker.open_until().is_some());
        let over: Vec<_> = down.map(|breaker| Box::pin(breaker.outage_over())).collect();
        if !over.is_empty() {
            select_all(over).await;
        }
    }

    fn next_due(&self, user: &str) -> Duration {
        let limited = self.asked_now().map_or(Duration::ZERO, |channel| channel.limiter().next_due(user));
        limited.max(self.outage_left())
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
        if !failure.concerns_symbol() {
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

impl ProviderChain {
    fn channels(&self) -> impl Iterator<Item = &Channel> + Clone {
        self.chain.iter().map(|cached| cached.provider().channel())
    }

    /// The way to the provider that the next request goes to: the first one that answers at all.
    fn asked_now(&self) -> Option<&Channel> {
        let mut channels = self.channels();
        channels.clone().find(|channel| !channel.is_closed()).or_else(|| channels.next())
    }

    /// How long until one of the providers is asked again, where none is asked now and one of them
    /// is down.
    fn outage_left(&self) -> Duration {
        if !self.channels().all(Channel::is_closed) {
            return Duration::ZERO;
        }
        let soonest = self.channels().filter_map(|channel| channel.breaker().open_until()).min();
        soonest.map(|at| at.saturating_duration_since(Instant::now())).unwrap_or_default()
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
    let for_all = failures.iter().all(ProviderError::concerns_all_symbols);
    if failures.len() > 1 && failures.iter().all(ProviderError::concerns_symbol) {
        return ProviderError::NotFound(reasons.join(", "));
    }
    // The provider that is down may be back before a new allowance.
    let resting = failures.iter().position(|failure| matches!(failure, ProviderError::Resting { .. })).unwrap_or(0);
    match failures.into_iter().nth(resting) {
        Some(first) if for_all || reasons.len() == 1 => first,
        _ => ProviderError::Unanswered(reasons.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, ProviderError, of_all};

    #[test]
    fn one_symbol_that_the_last_provider_does_not_know_is_no_reason_to_ask_for_no_other() {
        let exhausted = ProviderError::QuotaExhausted { provider: "A", resets: None };
        let unknown = ProviderError::NotFound("unknown to B".to_owned());
        let resting = ProviderError::Resting { provider: "B", until: Instant::now() };
        let both = of_all(vec![exhausted.clone(), unknown.clone()]);
        assert_eq!(both.to_string(), "the request allowance at A is used up, unknown to B");
        assert!(!both.concerns_all_symbols());
        assert_eq!(of_all(vec![exhausted.clone(), resting.clone()]), resting, "that is what is worth waiting for");
        assert_eq!(of_all(vec![unknown.clone()]), unknown);
        assert_eq!(of_all(vec![exhausted.clone()]), exhausted);
    }
}
