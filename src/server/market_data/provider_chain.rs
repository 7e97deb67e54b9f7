//! Live market data from a chain of providers. The prices of each provider are cached separately in
//! the store.
//!
//! If a provider does not know a symbol or fails, the next provider in the configured order is
//! tried. If a provider rejects the API key, no other provider is tried and the run ends, so that
//! the operator notices.

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
    DemandRegistry, Factors, History, KnownHistories, MarketData, PriceOutlook, PriceRequest, PriceStore,
    ProviderError, RegisteredDemand, Requester, SourceFacts,
    cached::{Cached, StoredState},
    channel::Channel,
    known_prices,
    outlook::{NO_RUN, requested_dates, time_for_requests},
    provider::{Adjustment, Provider},
    sessions,
};

/// A price source that tries several providers in a fixed order.
pub struct ProviderChain {
    chain: Vec<Cached>,
    /// Number of requests that each run still has to make, no matter to which provider in the
    /// chain.
    demand: DemandRegistry,
    factors: Factors,
    notice: Option<String>,
}

impl ProviderChain {
    /// Creates a chain of these providers and caches their prices in `store`. `notice` is displayed
    /// on every page that shows prices.
    pub async fn new(
        providers: Vec<Arc<dyn Provider>>,
        store: Arc<dyn PriceStore>,
        factors: Option<Factors>,
        notice: Option<String>,
    ) -> Self {
        for provider in &providers {
            // Requests that an earlier process sent still count toward the provider's quota.
            let limiter = provider.channel().limiter();
            let now = Utc::now().timestamp_millis();
            let since = now - i64::try_from(limiter.longest_window().as_millis()).unwrap_or(0);
            match store.requests_since(provider.id(), since).await {
                Ok(times) => {
                    let age = |at: i64| Duration::from_millis(u64::try_from(now - at).unwrap_or(0));
                    limiter.record_past_requests(times.into_iter().map(age));
                }
                Err(error) => {
                    let provider = provider.id();
                    tracing::warn!(provider, %error, "cannot read earlier requests; the quota does not count them");
                }
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
            revision: None,
            problems: Vec::new(),
            has_one_price_column: false,
            has_dividends: self.chain.iter().any(|cached| cached.provider().adjustment() == Adjustment::Total),
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone()
    }

    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate {
        sessions::last_closed(now)
    }

    async fn symbols_to_fetch(&self, requests: &[PriceRequest<'_>]) -> Vec<String> {
        let (complete, unknown) = self.stored_symbols(requests).await;
        let is_known = |symbol: &str| complete.contains(symbol) || unknown.contains(symbol);
        requests.iter().map(|request| request.symbol).filter(|symbol| !is_known(symbol)).map(str::to_owned).collect()
    }

    async fn known_prices(&self, symbols: &[String]) -> KnownHistories {
        let mut missing = known_prices::bounded(&self.factors.market, symbols);
        let (mut closes, mut asked_until) = (HashMap::new(), HashMap::new());
        for cached in &self.chain {
            let found = cached.stored_closes(&missing).await;
            let asked = cached.asked_until(&missing).await;
            asked_until.extend(asked.into_iter().filter(|(symbol, _)| found.contains_key(symbol)));
            closes.extend(found);
            missing.retain(|symbol| !closes.contains_key(*symbol));
        }
        KnownHistories::new(closes, &self.factors.market).with_asked_until(asked_until)
    }

    async fn price_outlook(&self, user: &str, symbols: &[String]) -> PriceOutlook {
        let (from, to) = requested_dates(self, Utc::now());
        let requester = Requester { user, run: NO_RUN };
        let requests: Vec<_> = symbols.iter().map(|symbol| PriceRequest { requester, symbol, from, to }).collect();
        let (complete, unknown) = self.stored_symbols(&requests).await;
        let unavailable: Vec<String> = symbols.iter().filter(|symbol| unknown.contains(*symbol)).cloned().collect();
        let known = symbols.iter().filter(|symbol| complete.contains(*symbol)).count();
        let to_ask = symbols.len() - known - unavailable.len();
        PriceOutlook { known, to_ask, unavailable, wait: time_for_requests(self, user, NO_RUN, to_ask) }
    }

    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        self.demand.register(user, run, requests)
    }

    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration> {
        let outage = self.outage_remaining();
        let Some(channel) = self.active_channel() else { return vec![Duration::ZERO; positions.len()] };
        let mut waits = channel.limiter().forecast(user, &self.demand.competing(user, run), positions);
        waits.iter_mut().zip(positions).filter(|(_, position)| **position > 0).for_each(|(wait, _)| *wait += outage);
        waits
    }

    fn probe_soon(&self) {
        // A run does not wait for a provider that is down as long as another provider responds.
        if self.channels().all(Channel::is_unreliable) {
            self.channels().for_each(|channel| channel.breaker().probe_soon());
        }
    }

    async fn wait_for_recovery(&self) {
        let down = self.channels().map(Channel::breaker).filter(|breaker| breaker.open_until().is_some());
        let over: Vec<_> = down.map(|breaker| Box::pin(breaker.wait_for_recovery())).collect();
        if !over.is_empty() {
            select_all(over).await;
        }
    }

    fn next_due(&self, requester: Requester<'_>) -> Duration {
        let limited = self.active_channel().map_or(Duration::ZERO, |channel| channel.limiter().next_due(requester));
        limited.max(self.outage_remaining())
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn response_ms(&self) -> f64 {
        self.active_channel().map_or(0.0, |channel| channel.response_ms() as f64)
    }

    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError> {
        if let Some(stored) = self.stored_history(request).await {
            return stored;
        }
        let mut failures = Vec::new();
        for cached in &self.chain {
            match cached.fetch(request).await {
                Ok(history) => return Ok(history),
                Err(error @ ProviderError::Unauthorized { .. }) => return Err(error),
                Err(error) => failures.push(error),
            }
        }
        let failure = combined_failure(failures);
        if !failure.concerns_symbol() {
            let mut stale = Vec::new();
            for cached in &self.chain {
                stale.extend(cached.stale(request, &failure).await);
            }
            if let Some(history) = stale.into_iter().max_by_key(|history| history.bars.last().map(|bar| bar.date)) {
                return Ok(history);
            }
        }
        Err(failure)
    }
}

impl ProviderChain {
    /// Returns the symbols that need no request: those whose stored prices of any provider are
    /// complete, and those that all providers recently reported as unknown.
    async fn stored_symbols(&self, requests: &[PriceRequest<'_>]) -> (HashSet<String>, HashSet<String>) {
        let mut complete: HashSet<String> = HashSet::new();
        let mut unknown_to: HashMap<String, usize> = HashMap::new();
        for cached in &self.chain {
            for (symbol, state) in cached.stored_states(requests).await {
                match state {
                    StoredState::Complete => drop(complete.insert(symbol)),
                    StoredState::UnknownSymbol => *unknown_to.entry(symbol).or_default() += 1,
                }
            }
        }
        let to_all = unknown_to.into_iter().filter(|(_, count)| *count == self.chain.len());
        (complete, to_all.map(|(symbol, _)| symbol).collect())
    }

    fn channels(&self) -> impl Iterator<Item = &Channel> + Clone {
        self.chain.iter().map(|cached| cached.provider().channel())
    }

    /// Returns the HTTP client of the provider that gets the next request: the first provider that
    /// is not blocked by an outage or an exhausted quota, or the first provider in the chain if all
    /// are blocked.
    fn active_channel(&self) -> Option<&Channel> {
        let mut channels = self.channels();
        channels.clone().find(|channel| !channel.is_blocked()).or_else(|| channels.next())
    }

    /// Returns the time until the next attempt to reach a provider that is down, if all providers
    /// are blocked by an outage or an exhausted quota. Returns zero if a provider is not blocked,
    /// or if all are blocked only by exhausted quotas.
    fn outage_remaining(&self) -> Duration {
        if !self.channels().all(Channel::is_blocked) {
            return Duration::ZERO;
        }
        let soonest = self.channels().filter_map(|channel| channel.breaker().open_until()).min();
        soonest.map(|at| at.saturating_duration_since(Instant::now())).unwrap_or_default()
    }

    /// Returns the history of the first provider whose stored prices are sufficient. Returns an
    /// error if all providers recently reported the symbol as unknown, and `None` if a request is
    /// needed.
    async fn stored_history(&self, request: &PriceRequest<'_>) -> Option<Result<History, ProviderError>> {
        let mut unknown = Vec::new();
        for cached in &self.chain {
            match cached.stored_history(request).await {
                Some(Ok(history)) => return Some(Ok(history)),
                Some(Err(error)) => unknown.push(error),
                None => {}
            }
        }
        (unknown.len() == self.chain.len()).then(|| Err(combined_failure(unknown)))
    }
}

/// Combines the failures of all providers into the failure of the chain.
///
/// The symbol counts as unknown only if all providers report it as unknown, because a provider that
/// failed may know it. The combined failure concerns all symbols only if each provider's failure
/// does.
fn combined_failure(failures: Vec<ProviderError>) -> ProviderError {
    let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let for_all = failures.iter().all(ProviderError::concerns_all_symbols);
    if failures.len() > 1 && failures.iter().all(ProviderError::concerns_symbol) {
        return ProviderError::NotFound(reasons.join(", "));
    }
    // If one provider is down and another has an exhausted quota, the outage is reported, because
    // it may end sooner.
    let preferred =
        failures.iter().position(|failure| matches!(failure, ProviderError::CircuitOpen { .. })).unwrap_or(0);
    match failures.into_iter().nth(preferred) {
        Some(first) if for_all || reasons.len() == 1 => first,
        _ => ProviderError::AllFailed(reasons.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, ProviderError, combined_failure};

    #[test]
    fn continues_after_symbol_unknown_to_last_provider() {
        let exhausted = ProviderError::QuotaExhausted { provider: "A", resets: None };
        let unknown = ProviderError::NotFound("unknown to B".to_owned());
        let circuit_open = ProviderError::CircuitOpen { provider: "B", until: Instant::now() };
        let both = combined_failure(vec![exhausted.clone(), unknown.clone()]);
        assert_eq!(both.to_string(), "the request quota at A is used up, unknown to B");
        assert!(!both.concerns_all_symbols());
        assert_eq!(
            combined_failure(vec![exhausted.clone(), circuit_open.clone()]),
            circuit_open,
            "the outage may end sooner"
        );
        assert_eq!(combined_failure(vec![unknown.clone()]), unknown);
        assert_eq!(combined_failure(vec![exhausted.clone()]), exhausted);
    }
}
