//! Phase 1, Market Data Collection: each symbol once, on the benchmark's calendar.
//!
//! Fails only without prices for the benchmark, or for every listed symbol, or when the source cannot answer for any
//! symbol. One missing symbol is a warning, reported once, with the source's reason. Waits for a
//! source that is down, and stops asking one that knows none of two hundred symbols.

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
    market_data::{Adjustment, History, MarketData, PriceRequest, ProviderError, RegisteredDemand},
    tracker::Cause,
};

/// Calendar days asked for, so that a full calendar of trading days is among them.
const DAYS_ASKED: u64 = 420;
/// Symbols under way at once. The allowance is kept elsewhere; this keeps a far provider's delay from adding up.
const AT_ONCE: usize = 8;
/// How often progress is reported while nothing arrives.
const TICK: Duration = Duration::from_secs(1);
/// Answers that come faster than that are not worth a forecast each: it asks the allowance how long all the others
/// will take.
const TOLD_EVERY: Duration = Duration::from_millis(50);
/// Shorter waits for the limit are not worth mentioning.
const WORTH_SAYING: Duration = Duration::from_secs(2);

/// Collects the prices of every symbol that the run needs.
///
/// # Errors
/// [`Stop::Failed`] when the benchmark or every listed symbol has no price, or the source answers for no symbol.
pub async fn collect(input: &Input, source: &dyn MarketData, reporter: &Reporter) -> PhaseResult<MarketPanel> {
    let wanted = input.wanted(source.option_quotes());
    let positions = wanted.iter().filter(|wanted| wanted.is_position()).count();
    reporter.start(positions);
    reporter.activity("Fetching historical prices...");
    let dates = dates(source);
    let asks: Vec<PriceRequest<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    let requested: BTreeSet<String> = tokio::select! {
        unknown = source.symbols_to_fetch(&asks) => unknown.into_iter().collect(),
        stop = reporter.stopped() => return Err(stop),
    };
    source.probe_soon();
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

    // The benchmark alone at first: its dates are the calendar, and without it nothing else is worth asking for. The
    // others are asked for in order and told as they arrive.
    let mut fetches: Vec<_> = wanted.iter().zip(&asks).map(|(wanted, ask)| asking.fetch(wanted, ask)).collect();
    let others = fetches.split_off(fetches.len().min(1));
    let mut answers = pin!(stream::iter(fetches).buffered(1).chain(stream::iter(others).buffer_unordered(AT_ONCE)));
    let mut stopped = pin!(reporter.stopped());
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Waiting ends at once when the run should stop, and says meanwhile how long it may take.
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
    // A day that is missing at the end may have come the next time.
    panel.is_provisional |= panel.as_of() < Some(dates.1) || panel.lacks_its_last_day(input);
    if found == 0 && positions > 0 {
        return Err(no_symbol(positions, failure.as_ref()));
    }
    reporter.facts(panel.facts(input));
    let coverage = (100 * found).checked_div(positions).unwrap_or(100);
    Ok((panel, format!("{found}/{positions} symbols ({coverage}% coverage)")))
}

/// How long the phase is expected to take, in milliseconds.
pub async fn expected_ms(input: &Input, source: &dyn MarketData) -> f64 {
    let wanted = input.wanted(source.option_quotes());
    let dates = dates(source);
    let asks: Vec<PriceRequest<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    requests_ms(source, input, source.symbols_to_fetch(&asks).await.len())
}

/// How long so many requests of this run will take, in milliseconds.
///
/// A request waits for the quota and for an answer to one of the [`AT_ONCE`] before it. So the last
/// ends one answer time after its slot, or two after the slot [`AT_ONCE`] requests back, and so on.
/// Checking at doubling distances back is enough: it covers the last burst and all requests.
fn requests_ms(source: &dyn MarketData, input: &Input, requests: usize) -> f64 {
    if requests == 0 {
        return 0.0;
    }
    let answer_ms = source.response_ms();
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

fn ask<'a>(input: &'a Input, wanted: &'a Wanted, (from, to): (NaiveDate, NaiveDate)) -> PriceRequest<'a> {
    PriceRequest { user: &input.user, symbol: &wanted.symbol, from, to }
}

/// The collection under way.
struct Collection<'a> {
    input: &'a Input,
    source: &'a dyn MarketData,
    reporter: &'a Reporter,
    asking: &'a Asking<'a>,
    panel: MarketPanel,
    /// Requests still to be made, which other runs wait for.
    requests_left: usize,
    demand: RegisteredDemand,
    started: Instant,
    /// When progress was last told.
    reported: Option<Instant>,
    /// Positions' symbols asked for, and those of them with prices.
    asked: usize,
    found: usize,
    /// Symbols that were left out.
    not_asked: usize,
    /// The error of the first position whose symbol got no answer.
    failure: Option<ProviderError>,
}

impl Collection<'_> {
    /// Takes an answer, the benchmark's first, and tells progress where it was not told just now.
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

    /// How far the phase is, in time: what is behind, against what the requests still to be made will take.
    fn report_progress(&mut self) -> Result<(), Stop> {
        self.reported = Some(Instant::now());
        let left_ms = requests_ms(self.source, self.input, self.requests_left);
        let behind_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let next = if self.requests_left == 0 { Duration::ZERO } else { self.source.next_due(&self.input.user) };
        self.reporter.waiting_for_limit((next >= WORTH_SAYING).then_some(next));
        // Symbols that need no request count too: a moment each.
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
            // What only supports the rest is no reason to throw the rest away.
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

    /// Leaves out a symbol that was not requested. One warning covers all, which may be thousands.
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
