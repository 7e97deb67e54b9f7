//! Phase 1, Market Data Collection: fetches each symbol once and puts its prices on the benchmark's
//! calendar.
//!
//! The phase fails only if the benchmark or every listed symbol has no prices, or if the source
//! cannot serve any symbol. A single missing symbol is a warning, reported once with the source's
//! reason. The phase waits for a source that is down. It stops requesting symbols after more than
//! two hundred of them, and more than half, are unknown to the source.

mod asking;
mod no_prices;
mod patience;
mod unknown_limit;

use std::{collections::BTreeSet, pin::pin, time::Duration};

use chrono::{Days, NaiveDate, Utc};
use futures::{StreamExt, stream};
use status::UnavailableSymbol;
use tokio::time::{Instant, MissedTickBehavior, interval};

use self::{
    asking::{Answer, Asking},
    no_prices::{no_answer, no_benchmark, no_symbol},
    patience::Patience,
    unknown_limit::{NOT_ASKED, UnknownLimit},
};
use crate::server::{
    batch::{
        PhaseResult, Reporter, Stop,
        model::{
            input::{Input, Role, Wanted},
            panel::MarketPanel,
        },
    },
    market_data::{Adjustment, Ask, History, MarketData, ProviderError, RegisteredDemand},
    tracker::Cause,
};

/// Number of calendar days to request, enough for a full calendar of trading days.
const DAYS_ASKED: u64 = 420;
/// Maximum number of concurrent fetches. The quota is enforced elsewhere; fetching concurrently
/// keeps the delays of a distant provider from adding up.
const AT_ONCE: usize = 8;
/// Interval of progress reports while no response arrives.
const TICK: Duration = Duration::from_secs(1);
/// Minimum time between two progress reports. Each report needs a forecast of the quota for all
/// remaining requests, which is too expensive for every response.
const TOLD_EVERY: Duration = Duration::from_millis(50);
/// Shorter waits for the provider's limit are not reported.
const WORTH_SAYING: Duration = Duration::from_secs(2);

/// Collects the prices of every symbol that the run needs.
///
/// # Errors
/// Returns [`Stop::Failed`] if the benchmark or every listed symbol has no price, or if the source
/// cannot serve any symbol.
pub async fn collect(input: &Input, source: &dyn MarketData, reporter: &Reporter) -> PhaseResult<MarketPanel> {
    let wanted = input.wanted(source.option_quotes());
    let positions = wanted.iter().filter(|wanted| wanted.is_position()).count();
    reporter.start(positions);
    reporter.activity("Fetching historical prices...");
    let dates = dates(source);
    let asks: Vec<Ask<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    let requested: BTreeSet<String> = tokio::select! {
        unknown = source.unknown_yet(&asks) => unknown.into_iter().collect(),
        stop = reporter.stopped() => return Err(stop),
    };
    source.ask_soon();
    let asking = Asking { source, reporter, requested, patience: Patience::default(), limit: UnknownLimit::default() };
    let mut collection = Collection {
        input,
        source,
        reporter,
        asking: &asking,
        panel: MarketPanel::default(),
        demand: source.register_demand(&input.user, input.run, asking.requested.len()),
        requests_left: asking.requested.len(),
        started: Instant::now(),
        reported: None,
        asked: 0,
        found: 0,
        not_asked: 0,
        failure: None,
    };

    // The benchmark is fetched first and alone: its dates are the calendar, and without it no other
    // symbol is worth requesting. The other symbols are requested in order and processed as their
    // prices arrive.
    let mut fetches: Vec<_> = wanted.iter().zip(&asks).map(|(wanted, ask)| asking.fetch(wanted, ask)).collect();
    let others = fetches.split_off(fetches.len().min(1));
    let mut answers = pin!(stream::iter(fetches).buffered(1).chain(stream::iter(others).buffer_unordered(AT_ONCE)));
    let mut stopped = pin!(reporter.stopped());
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Stops waiting as soon as the run should stop, and reports progress in the meantime.
        tokio::select! {
            biased;
            stop = &mut stopped => return Err(stop),
            answer = answers.next() => match answer {
                Some((wanted, answer)) => collection.take_next(wanted, answer)?,
                None => break,
            },
            _ = ticks.tick() => collection.report_progress()?,
        }
    }
    collection.report_progress()?;
    collection.say_what_was_not_asked();

    let Collection { mut panel, found, failure, .. } = collection;
    panel.unavailable.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    // A missing last day may be available next time.
    panel.is_provisional |= panel.as_of() < Some(dates.1) || panel.lacks_its_last_day(input);
    if found == 0 && positions > 0 {
        return Err(no_symbol(positions, failure.as_ref()));
    }
    reporter.facts(panel.facts(input));
    let coverage = (100 * found).checked_div(positions).unwrap_or(100);
    Ok((panel, format!("{found}/{positions} symbols ({coverage}% coverage)")))
}

/// Estimates how long the phase takes, in milliseconds.
pub async fn expected_ms(input: &Input, source: &dyn MarketData) -> f64 {
    let wanted = input.wanted(source.option_quotes());
    let dates = dates(source);
    let asks: Vec<Ask<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    requests_ms(source, input, source.unknown_yet(&asks).await.len())
}

/// Estimates how long `requests` requests of this run take, in milliseconds.
///
/// A request waits for its slot in the quota and for the response to the request [`AT_ONCE`] places
/// before it. The last request therefore ends one response time after its slot, or two response
/// times after the slot [`AT_ONCE`] requests earlier, and so on. Checking at doubling distances is
/// enough: it covers the last burst and all requests.
fn requests_ms(source: &dyn MarketData, input: &Input, requests: usize) -> f64 {
    if requests == 0 {
        return 0.0;
    }
    let answer_ms = source.answer_ms();
    let last = requests.div_ceil(AT_ONCE).saturating_sub(1);
    let doubled = std::iter::successors(Some(1), |rounds| Some(2 * rounds)).take_while(|&rounds| rounds < last);
    let rounds: Vec<usize> = std::iter::once(0).chain(doubled).chain((last > 0).then_some(last)).collect();
    let places: Vec<usize> = rounds.iter().map(|rounds| requests - rounds * AT_ONCE).collect();
    let waits = source.forecast(&input.user, input.run, &places);
    let after = |(rounds, wait): (&usize, Duration)| wait.as_secs_f64() * 1000.0 + (rounds + 1) as f64 * answer_ms;
    rounds.iter().zip(waits).map(after).fold(0.0, f64::max)
}

fn dates(source: &dyn MarketData) -> (NaiveDate, NaiveDate) {
    let to = source.last_date(Utc::now());
    (to.checked_sub_days(Days::new(DAYS_ASKED)).unwrap_or(to), to)
}

fn ask<'a>(input: &'a Input, wanted: &'a Wanted, (from, to): (NaiveDate, NaiveDate)) -> Ask<'a> {
    Ask { user: &input.user, symbol: &wanted.symbol, from, to }
}

/// A collection in progress.
struct Collection<'a> {
    input: &'a Input,
    source: &'a dyn MarketData,
    reporter: &'a Reporter,
    asking: &'a Asking<'a>,
    panel: MarketPanel,
    /// Number of requests that still have to be sent. Other runs wait for them.
    requests_left: usize,
    demand: RegisteredDemand,
    started: Instant,
    /// When progress was last reported.
    reported: Option<Instant>,
    /// Number of position symbols whose outcome is known.
    asked: usize,
    found: usize,
    /// Number of symbols that were not requested.
    not_asked: usize,
    /// Error of the first position symbol that got no prices and no clear refusal.
    failure: Option<ProviderError>,
}

impl Collection<'_> {
    /// Processes one outcome; the first is the benchmark's. Reports progress unless the last report
    /// is too recent.
    fn take_next(&mut self, wanted: &Wanted, answer: Answer) -> Result<(), Stop> {
        if self.asking.requested.contains(&wanted.symbol) {
            self.requests_left -= 1;
            self.demand.update(self.requests_left);
        }
        self.asked += usize::from(wanted.is_position());
        match answer {
            Answer::Of(answer) if self.panel.calendar.is_empty() => self.take_benchmark(wanted, answer)?,
            Answer::Of(answer) => self.take(wanted, answer)?,
            Answer::NotAsked => self.leave_out(wanted),
        }
        let is_due = self.reported.is_none_or(|at| at.elapsed() >= TOLD_EVERY);
        if is_due { self.report_progress() } else { Ok(()) }
    }

    /// Reports progress as elapsed time relative to the estimated time of the remaining requests.
    fn report_progress(&mut self) -> Result<(), Stop> {
        self.reported = Some(Instant::now());
        let left_ms = requests_ms(self.source, self.input, self.requests_left);
        let behind_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let next = if self.requests_left == 0 { Duration::ZERO } else { self.source.next_due(&self.input.user) };
        self.reporter.waiting_for_limit((next >= WORTH_SAYING).then_some(next));
        // The elapsed time includes symbols that needed no request, which take a moment each.
        let share = behind_ms / (behind_ms + left_ms).max(f64::MIN_POSITIVE);
        self.reporter.progress_in_time(self.asked, share, left_ms)
    }

    fn take_benchmark(&mut self, wanted: &Wanted, answer: Result<History, ProviderError>) -> Result<(), Stop> {
        let history = answer.map_err(|error| no_benchmark(&wanted.symbol, &error))?;
        self.panel = MarketPanel::on_calendar_of(&history.bars);
        self.panel.source = Some(self.source.facts().name);
        self.panel.factors = Some(self.source.factors());
        if self.panel.calendar.is_empty() {
            let none = ProviderError::NotFound("the source has none for these dates".to_owned());
            return Err(no_benchmark(&wanted.symbol, &none));
        }
        self.reporter.facts(self.panel.planned(self.input));
        self.take(wanted, Ok(history))
    }

    fn take(&mut self, wanted: &Wanted, answer: Result<History, ProviderError>) -> Result<(), Stop> {
        match answer {
            Ok(history) => self.keep(wanted, &history),
            // A failure for all symbols ends the run only at an essential series. A series that
            // only supports the results is reported as missing instead.
            Err(error) if error.concerns_all_symbols() && wanted.is_essential() => return Err(no_answer(&error)),
            Err(error) if error.concerns_symbol() => {
                self.missing(wanted, wanted.cause(), wanted.unavailable(), error.to_string());
            }
            Err(error) => {
                self.panel.is_provisional = true;
                self.missing(wanted, Some(Cause::NoAnswer), "No prices this time", error.to_string());
                if wanted.is_position() {
                    self.failure.get_or_insert(error);
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, wanted: &Wanted, history: &History) {
        let symbol = &wanted.symbol;
        let days = self.panel.add(symbol, &history.bars);
        if days == 0 {
            let reason = format!("no prices in the last {} trading days", self.panel.calendar.len());
            return self.missing(wanted, wanted.cause(), wanted.unavailable(), reason);
        }
        self.found += usize::from(wanted.is_position());
        let kind = match (history.adjustment, wanted.role) {
            (Adjustment::Total, Role::Position) => String::new(),
            (Adjustment::Total, role) => format!(" ({})", role.word()),
            (Adjustment::Price, Role::Position) => " (price return)".to_owned(),
            (Adjustment::Price, role) => format!(" ({}, price return)", role.word()),
        };
        self.reporter.activity(format!("Fetched {symbol}: {days} days of history{kind}"));
        let stale = history.stale.iter().map(|note| (Cause::OldPrices, note));
        for (cause, note) in stale.chain(history.notes.iter().map(|note| (Cause::OddPrices, note))) {
            self.reporter.warning(cause, &[symbol], format!("{symbol}: {note}"));
        }
        self.panel.is_provisional |= history.stale.is_some();
    }

    fn missing(&mut self, wanted: &Wanted, cause: Option<Cause>, what: &str, reason: String) {
        let symbol = &wanted.symbol;
        let said = format!("{symbol}: {what} ({reason})");
        match cause {
            Some(cause) => self.reporter.warning(cause, &[symbol], said),
            None => self.reporter.debug(said),
        }
        if wanted.is_position() {
            self.panel.unavailable.push(UnavailableSymbol { symbol: symbol.clone(), reason });
        }
    }

    /// Leaves out a symbol that was not requested. One warning covers all such symbols, because
    /// there may be thousands.
    fn leave_out(&mut self, wanted: &Wanted) {
        self.not_asked += 1;
        if wanted.is_position() {
            let (symbol, reason) = (wanted.symbol.clone(), NOT_ASKED.to_owned());
            self.panel.unavailable.push(UnavailableSymbol { symbol, reason });
        }
    }

    fn say_what_was_not_asked(&self) {
        if self.not_asked > 0 {
            let limit = &self.asking.limit;
            let message = format!(
                "{} symbols were not asked for: {} of the {} before them are unknown to the data provider. Check the symbols in the file.",
                self.not_asked,
                limit.unknown(),
                limit.answered()
            );
            self.reporter.warning(Cause::NotAsked, &[], message);
        }
    }
}
