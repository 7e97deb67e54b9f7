//! Phase 1, Market Data Collection: fetches the prices of each symbol once and aligns them with the
//! benchmark's trading days.
//!
//! The phase fails only if the benchmark has no prices, if no listed symbol has prices, or if the
//! source cannot serve any symbol. A single missing symbol is a warning, reported once with the
//! source's reason. If the source is down, the phase waits for it. It stops requesting symbols once
//! more than 200 of them are unknown to the source and these are more than half of the symbols to
//! which the source has responded.

mod fetcher;
mod no_prices;
mod outage_budget;
mod tiles;
mod unknown_limit;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    time::Duration,
};

use chrono::{NaiveDate, Utc};
use futures::{StreamExt, stream};
use status::{UnavailableSymbol, counted};
use tokio::time::{Instant, MissedTickBehavior, interval};

use self::{
    fetcher::{FetchOutcome, Fetcher},
    no_prices::{no_benchmark, no_response, no_symbol},
    outage_budget::OutageBudget,
    tiles::Tiles,
    unknown_limit::{NOT_REQUESTED, UnknownLimit},
};
use crate::server::{
    batch::{
        PhaseResult, Reporter, Stop,
        model::{
            entry_prices::{EntryPrice, NO_PRICES, entry_dates},
            input::{Input, RequiredSeries, Role},
            panel::MarketPanel,
        },
    },
    market_data::{
        Adjustment, History, MAX_CONCURRENT, MarketData, PriceRequest, ProviderError, RegisteredDemand, Requester,
        requested_dates, time_for_requests,
    },
    tracker::Cause,
};

/// Interval between progress reports while no response arrives.
const TICK: Duration = Duration::from_secs(1);
/// Minimum time between two progress reports. A report needs a forecast of when the remaining
/// requests will be sent, which is too expensive to compute after every response.
const REPORT_INTERVAL: Duration = Duration::from_millis(50);
/// Waits for the provider's rate limit are reported to the user only if they are at least this
/// long.
const MIN_SHOWN_WAIT: Duration = Duration::from_secs(2);

/// Fetches the prices of every symbol that the run needs.
///
/// # Errors
/// Returns [`Stop::Failed`] if the benchmark has no prices, if no listed symbol has prices, or if
/// the source cannot serve any symbol. Returns another [`Stop`] if the run is cancelled or the
/// server is shutting down.
pub async fn collect(input: &Input, source: &dyn MarketData, reporter: &Reporter) -> PhaseResult<MarketPanel> {
    let required = input.required_series(source.option_quotes());
    let positions = required.iter().filter(|required| required.is_position()).count();
    reporter.start(positions);
    reporter.activity("Fetching historical prices...");
    let mut tiles = Tiles::new(input);
    reporter.found(tiles.waiting());
    let dates = requested_dates(source, Utc::now());
    let entries = entry_dates(input);
    let asks = asks(input, &required, &entries, dates);
    let requested: BTreeSet<String> = tokio::select! {
        unknown = source.symbols_to_fetch(&asks) => unknown.into_iter().collect(),
        stop = reporter.stopped() => return Err(stop),
    };
    source.probe_soon();
    let fetcher =
        Fetcher { source, reporter, requested, outage_budget: OutageBudget::default(), limit: UnknownLimit::default() };
    let mut collection = Collection {
        input,
        entry_dates: &entries,
        source,
        reporter,
        tiles,
        fetcher: &fetcher,
        panel: MarketPanel::default(),
        demand: source.register_demand(&input.user, input.run, fetcher.requested.len()),
        requests_left: fetcher.requested.len(),
        started: Instant::now(),
        reported: None,
        finished: 0,
        found: 0,
        not_requested: 0,
        failure: None,
    };

    // The benchmark is fetched first and alone: its dates are the calendar, and without them the
    // prices of other symbols are useless. The other symbols are requested in order and processed
    // as their prices arrive.
    let mut fetches: Vec<_> = required.iter().zip(&asks).map(|(required, ask)| fetcher.fetch(required, ask)).collect();
    let others = fetches.split_off(fetches.len().min(1));
    let mut outcomes =
        pin!(stream::iter(fetches).buffered(1).chain(stream::iter(others).buffer_unordered(MAX_CONCURRENT)));
    let mut stopped = pin!(reporter.stopped());
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // While responses are pending, progress is reported. If the run should stop, the phase ends
        // immediately.
        tokio::select! {
            biased;
            stop = &mut stopped => return Err(stop),
            outcome = outcomes.next() => match outcome {
                Some((required, outcome)) => collection.handle_outcome(required, outcome)?,
                None => break,
            },
            _ = ticks.tick() => collection.report_progress()?,
        }
    }
    collection.report_progress()?;
    collection.report_not_requested();

    let Collection { mut panel, found, failure, .. } = collection;
    panel.unavailable.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    // If prices of the last day are missing, a later attempt may find them, so the result is
    // provisional.
    panel.is_provisional |= panel.as_of() < Some(dates.1) || panel.lacks_last_day(input);
    if found == 0 && positions > 0 {
        return Err(no_symbol(positions, failure.as_ref()));
    }
    let priced = input.with_market_prices(&panel);
    report_entry_prices(&priced, reporter);
    reporter.facts(panel.facts(&priced));
    let coverage = (100 * found).checked_div(positions).unwrap_or(100);
    Ok((panel, format!("{found}/{positions} symbols ({coverage}% coverage)")))
}

/// Logs how many entry prices were taken from the market, and which positions are left out because
/// the market has no price for them. Symbols without any price have a warning of their own.
fn report_entry_prices(input: &Input, reporter: &Reporter) {
    let mut taken = 0;
    let mut warned = BTreeSet::new();
    for (index, position) in input.positions().iter().enumerate() {
        let symbol = position.symbol.as_str();
        match input.entry_price(index) {
            EntryPrice::Stated => {}
            EntryPrice::Taken(_) => taken += 1,
            EntryPrice::Unknown(reason) if reason == NO_PRICES || !warned.insert(symbol) => {}
            EntryPrice::Unknown(reason) => {
                let message = format!("{symbol}: left out, because its entry price is unknown ({reason})");
                reporter.warning(Cause::NoEntryPrice, &[symbol], message);
            }
        }
    }
    if taken > 0 {
        reporter.activity(format!("Entry price taken from the market for {}", counted(taken, "position")));
    }
}

/// Estimates how long phase 1 takes, in milliseconds.
pub async fn expected_ms(input: &Input, source: &dyn MarketData) -> f64 {
    let required = input.required_series(source.option_quotes());
    let entries = entry_dates(input);
    let asks = asks(input, &required, &entries, requested_dates(source, Utc::now()));
    requests_ms(source, input, source.symbols_to_fetch(&asks).await.len())
}

/// Estimates how long `requests` requests of this run take, in milliseconds.
fn requests_ms(source: &dyn MarketData, input: &Input, requests: usize) -> f64 {
    time_for_requests(source, &input.user, input.run, requests).as_secs_f64() * 1000.0
}

/// Returns one request per series. A request reaches back to the first entry date whose close is
/// needed, if that is before the dates of the calendar.
fn asks<'a>(
    input: &'a Input,
    required: &'a [RequiredSeries],
    entries: &EntryDates<'_>,
    (from, to): (NaiveDate, NaiveDate),
) -> Vec<PriceRequest<'a>> {
    let first_entry = |symbol: &str| entries.get(symbol).and_then(|dates| dates.first().copied());
    let from_of = |symbol: &str| first_entry(symbol).map_or(from, |entry| entry.min(from));
    let requester = requester(input);
    required
        .iter()
        .map(|RequiredSeries { symbol, .. }| PriceRequest { requester, symbol, from: from_of(symbol), to })
        .collect()
}

fn requester(input: &Input) -> Requester<'_> {
    Requester { user: &input.user, run: input.run }
}

/// Entry dates by symbol; see [`entry_dates`].
type EntryDates<'a> = BTreeMap<&'a str, BTreeSet<NaiveDate>>;

/// The state of phase 1 while it collects prices.
struct Collection<'a> {
    input: &'a Input,
    entry_dates: &'a EntryDates<'a>,
    source: &'a dyn MarketData,
    reporter: &'a Reporter,
    tiles: Tiles<'a>,
    fetcher: &'a Fetcher<'a>,
    panel: MarketPanel,
    /// Number of requests that this run still has to make. Forecasts for other runs take this
    /// number into account.
    requests_left: usize,
    demand: RegisteredDemand,
    started: Instant,
    /// Time of the most recent progress report.
    reported: Option<Instant>,
    /// Number of position symbols whose outcome is known.
    finished: usize,
    found: usize,
    /// Number of symbols that were skipped without a request.
    not_requested: usize,
    /// First error of a position's symbol that was not caused by the symbol itself, such as a
    /// timeout.
    failure: Option<ProviderError>,
}

impl Collection<'_> {
    /// Processes the outcome of fetching one symbol. The first outcome must be the benchmark's.
    /// Also reports progress, unless the previous report is too recent.
    fn handle_outcome(&mut self, required: &RequiredSeries, outcome: FetchOutcome) -> Result<(), Stop> {
        if self.fetcher.requested.contains(&required.symbol) {
            self.requests_left -= 1;
            self.demand.update(self.requests_left);
        }
        self.finished += usize::from(required.is_position());
        match outcome {
            FetchOutcome::Response(response) if self.panel.calendar.is_empty() => {
                self.handle_benchmark(required, response)?;
            }
            FetchOutcome::Response(response) => self.handle_response(required, response)?,
            FetchOutcome::NotRequested => self.leave_out(required),
        }
        let is_due = self.reported.is_none_or(|at| at.elapsed() >= REPORT_INTERVAL);
        if is_due { self.report_progress() } else { Ok(()) }
    }

    /// Reports progress: the elapsed time as a share of the elapsed time plus the estimated time
    /// for the remaining requests.
    fn report_progress(&mut self) -> Result<(), Stop> {
        self.reported = Some(Instant::now());
        self.reporter.found(self.tiles.more());
        let left_ms = requests_ms(self.source, self.input, self.requests_left);
        let behind_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let next = if self.requests_left == 0 { Duration::ZERO } else { self.source.next_due(requester(self.input)) };
        self.reporter.waiting_for_limit((next >= MIN_SHOWN_WAIT).then_some(next));
        // The elapsed time also includes symbols that needed no request, but these took almost no
        // time.
        let share = behind_ms / (behind_ms + left_ms).max(f64::MIN_POSITIVE);
        self.reporter.progress_in_time(self.finished, share, left_ms)
    }

    fn handle_benchmark(
        &mut self,
        required: &RequiredSeries,
        response: Result<History, ProviderError>,
    ) -> Result<(), Stop> {
        let history = response.map_err(|error| no_benchmark(&required.symbol, &error))?;
        self.panel = MarketPanel::from_benchmark(&history.bars);
        let facts = self.source.facts();
        self.panel.source = Some(facts.name);
        self.panel.has_one_price_column = facts.has_one_price_column;
        self.panel.lacks_dividends = !facts.has_dividends;
        self.panel.factors = Some(self.source.factors());
        if self.panel.calendar.is_empty() {
            let none = ProviderError::NotFound("the source has no prices for these dates".to_owned());
            return Err(no_benchmark(&required.symbol, &none));
        }
        self.reporter.facts(self.panel.planned(self.input));
        self.handle_response(required, Ok(history))
    }

    fn handle_response(
        &mut self,
        required: &RequiredSeries,
        response: Result<History, ProviderError>,
    ) -> Result<(), Stop> {
        match response {
            Ok(history) => self.add_history(required, &history),
            // An error that affects all symbols ends the run only if the run cannot do without the
            // requested series. Otherwise, the series is reported as missing.
            Err(error) if error.concerns_all_symbols() && required.is_essential() => return Err(no_response(&error)),
            Err(error) if error.concerns_symbol() => {
                self.report_missing(required, required.cause(), required.unavailable_label(), error.to_string());
            }
            Err(error) => {
                self.panel.is_provisional = true;
                let cause = match error {
                    ProviderError::PlanLimit { .. } => Cause::NotInPlan,
                    _ => Cause::NoAnswer,
                };
                self.report_missing(required, Some(cause), "No prices this time", error.to_string());
                if required.is_position() {
                    self.failure.get_or_insert(error);
                }
            }
        }
        Ok(())
    }

    fn add_history(&mut self, required: &RequiredSeries, history: &History) {
        let symbol = &required.symbol;
        let days = self.panel.add(symbol, &history.bars);
        if days == 0 {
            let reason = format!("no prices in the last {} trading days", self.panel.calendar.len());
            return self.report_missing(required, required.cause(), required.unavailable_label(), reason);
        }
        if let Some(dates) = self.entry_dates.get(symbol.as_str()) {
            self.panel.add_entry_closes(symbol, dates, &history.bars);
        }
        if required.is_position() {
            self.found += 1;
            let tile = self.panel.series.get(symbol).and_then(|series| self.tiles.priced(symbol, series));
            self.reporter.found(tile);
        }
        let role = (required.role != Role::Position).then(|| required.role.label().to_owned());
        let price_return = (history.adjustment == Adjustment::Price).then(|| "price return".to_owned());
        let known_as = history.known_as.as_ref().map(|name| format!("known here as {name}"));
        let details: Vec<String> = [role, price_return, known_as].into_iter().flatten().collect();
        let kind = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
        self.reporter.activity(format!("Fetched {symbol}: {days} days of history{kind}"));
        let stale = history.stale.iter().map(|note| (Cause::OldPrices, note));
        // Prices of options jump and end by their nature.
        let mut notes = if required.role == Role::OptionQuote { Vec::new() } else { history.notes.clone() };
        for (cause, note) in stale.chain(notes.iter().map(|note| (Cause::OddPrices, note))) {
            self.reporter.warning(cause, &[symbol], format!("{symbol}: {note}"));
        }
        if history.has_one_price_column && !self.panel.has_one_price_column {
            notes.push("one price per day, taken as price and total return alike".to_owned());
        }
        if !notes.is_empty() {
            self.panel.notes.insert(symbol.clone(), notes);
        }
        self.panel.is_provisional |= history.stale.is_some();
    }

    fn report_missing(&mut self, required: &RequiredSeries, cause: Option<Cause>, problem: &str, reason: String) {
        let symbol = &required.symbol;
        let message = format!("{symbol}: {problem} ({reason})");
        match cause {
            Some(cause) => self.reporter.warning(cause, &[symbol], message),
            None => self.reporter.debug(message),
        }
        if required.is_position() {
            self.reporter.found(self.tiles.missing(symbol, &reason));
            self.panel.unavailable.push(UnavailableSymbol { symbol: symbol.clone(), reason });
        }
    }

    /// Records that a symbol was skipped without a request. One later warning covers all such
    /// symbols, because there may be thousands.
    fn leave_out(&mut self, required: &RequiredSeries) {
        self.not_requested += 1;
        if required.is_position() {
            let (symbol, reason) = (required.symbol.clone(), NOT_REQUESTED.to_owned());
            self.reporter.found(self.tiles.missing(&symbol, &reason));
            self.panel.unavailable.push(UnavailableSymbol { symbol, reason });
        }
    }

    fn report_not_requested(&self) {
        if self.not_requested > 0 {
            let limit = &self.fetcher.limit;
            let message = format!(
                "{} symbols were not requested: {} of the {} before them are unknown to the data provider. Check the symbols in the file.",
                self.not_requested,
                limit.unknown(),
                limit.responses()
            );
            self.reporter.warning(Cause::NotAsked, &[], message);
        }
    }
}
