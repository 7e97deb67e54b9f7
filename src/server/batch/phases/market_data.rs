//! Phase 1, Market Data Collection: each symbol once, on the benchmark's calendar.
//!
//! Fails only without prices for the benchmark, or for every listed symbol, or when the source cannot answer for any
//! symbol. One missing symbol is a warning, named once, with the reason that the source gave.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use chrono::{Days, NaiveDate, Utc};
use futures::{StreamExt, stream};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{
    Input, PhaseResult,
    input::{Role, Wanted},
    panel::MarketPanel,
};
use crate::{
    server::{
        batch::{Reporter, Stop},
        market_data::{Adjustment, Ask, History, MarketData, ProviderError},
        tracker::Cause,
    },
    status::UnavailableSymbol,
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
    let asks: Vec<Ask<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    let unknown = tokio::select! {
        unknown = source.unknown_yet(&asks) => unknown.into_iter().collect(),
        stop = reporter.stopped() => return Err(stop),
    };
    let mut collection = Collection {
        input,
        source,
        reporter,
        panel: MarketPanel::default(),
        unknown,
        started: Instant::now(),
        reported: None,
        asked: 0,
        found: 0,
    };

    // The benchmark alone at first: its dates are the calendar, and without it nothing else is worth asking for. The
    // others are asked for in order and told as they arrive.
    let mut fetches: Vec<_> =
        wanted.iter().zip(&asks).map(|(wanted, ask)| fetch(source, reporter, wanted, ask)).collect();
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

    let Collection { mut panel, found, .. } = collection;
    panel.unavailable.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    // A day that is missing at the end may have come the next time.
    panel.is_provisional |= panel.as_of() < Some(dates.1) || panel.lacks_its_last_day(input);
    if found == 0 && positions > 0 {
        let none = match positions {
            1 => "The only symbol in the portfolio has no prices".to_owned(),
            count => format!("None of the {count} symbols in the portfolio has prices"),
        };
        let message = format!("{none}, so nothing can be computed.");
        return Err(Stop::failed("no_prices", message));
    }
    reporter.facts(panel.facts(input));
    let coverage = (100 * found).checked_div(positions).unwrap_or(100);
    Ok((panel, format!("{found}/{positions} symbols ({coverage}% coverage)")))
}

async fn fetch<'a>(
    source: &dyn MarketData,
    reporter: &Reporter,
    wanted: &'a Wanted,
    ask: &Ask<'_>,
) -> (&'a Wanted, Result<History, ProviderError>) {
    reporter.debug(format!("Fetching {}...", ask.symbol));
    (wanted, source.daily_history(ask).await)
}

/// How long the phase is expected to take, in milliseconds.
pub async fn expected_ms(input: &Input, source: &dyn MarketData) -> f64 {
    let wanted = input.wanted(source.option_quotes());
    let dates = dates(source);
    let asks: Vec<Ask<'_>> = wanted.iter().map(|wanted| ask(input, wanted, dates)).collect();
    requests_ms(source, input, source.unknown_yet(&asks).await.len())
}

/// How long so many requests of this run will take, in milliseconds.
///
/// A request waits for the allowance, and for one of the [`AT_ONCE`] before it to be answered. So the last one has its
/// answer one answer's time after it was allowed, or two after the one [`AT_ONCE`] before it was, and so on.
fn requests_ms(source: &dyn MarketData, input: &Input, requests: usize) -> f64 {
    let answer_ms = source.answer_ms();
    let after = |rounds: usize| {
        let due = source.due(&input.user, input.run, requests - rounds * AT_ONCE);
        due.as_secs_f64() * 1000.0 + (rounds + 1) as f64 * answer_ms
    };
    if requests == 0 {
        return source.due(&input.user, input.run, 0).as_secs_f64() * 1000.0;
    }
    // All of them last: the source remembers what it was asked for last as this run's needs.
    (0..requests.div_ceil(AT_ONCE)).rev().map(after).fold(0.0, f64::max)
}

fn dates(source: &dyn MarketData) -> (NaiveDate, NaiveDate) {
    let to = source.last_date(Utc::now());
    (to.checked_sub_days(Days::new(DAYS_ASKED)).unwrap_or(to), to)
}

fn ask<'a>(input: &'a Input, wanted: &'a Wanted, (from, to): (NaiveDate, NaiveDate)) -> Ask<'a> {
    Ask { user: &input.user, symbol: &wanted.symbol, from, to }
}

/// The collection under way.
struct Collection<'a> {
    input: &'a Input,
    source: &'a dyn MarketData,
    reporter: &'a Reporter,
    panel: MarketPanel,
    /// Symbols that still need a request.
    unknown: BTreeSet<String>,
    started: Instant,
    /// When progress was last told.
    reported: Option<Instant>,
    /// Positions' symbols asked for, and those of them with prices.
    asked: usize,
    found: usize,
}

impl Collection<'_> {
    /// Takes an answer, the benchmark's first, and tells progress where it was not told just now.
    fn take_next(&mut self, wanted: &Wanted, answer: Result<History, ProviderError>) -> Result<(), Stop> {
        if self.panel.calendar.is_empty() {
            self.take_benchmark(wanted, answer)?;
        } else {
            self.take(wanted, answer)?;
        }
        let is_due = self.reported.is_none_or(|at| at.elapsed() >= TOLD_EVERY);
        if is_due { self.report_progress() } else { Ok(()) }
    }

    /// How far the phase is, in time: what is behind, against what the requests still to be made will take.
    fn report_progress(&mut self) -> Result<(), Stop> {
        self.reported = Some(Instant::now());
        let left_ms = requests_ms(self.source, self.input, self.unknown.len());
        let behind_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let next = if self.unknown.is_empty() { Duration::ZERO } else { self.source.next_due(&self.input.user) };
        self.reporter.waiting_for_limit((next >= WORTH_SAYING).then_some(next));
        // Symbols that need no request count too: a moment each.
        let share = behind_ms / (behind_ms + left_ms).max(f64::MIN_POSITIVE);
        self.reporter.progress_in_time(self.asked, share, left_ms)
    }

    fn take_benchmark(&mut self, wanted: &Wanted, answer: Result<History, ProviderError>) -> Result<(), Stop> {
        let history = answer.map_err(|error| match error {
            error if error.concerns_all_symbols() => cannot_answer(&error),
            error => no_benchmark(&wanted.symbol, &error.to_string()),
        })?;
        self.panel = MarketPanel::on_calendar_of(&history.bars);
        self.panel.source = Some(self.source.facts().name);
        if self.panel.calendar.is_empty() {
            return Err(no_benchmark(&wanted.symbol, "the source has none for these dates"));
        }
        self.reporter.facts(self.panel.planned(self.input));
        self.take(wanted, Ok(history))
    }

    fn take(&mut self, wanted: &Wanted, answer: Result<History, ProviderError>) -> Result<(), Stop> {
        let symbol = &wanted.symbol;
        self.unknown.remove(symbol);
        self.asked += usize::from(wanted.is_position());
        match answer {
            Ok(history) => self.keep(wanted, &history),
            // What only supports the rest is no reason to throw the rest away.
            Err(error) if error.concerns_all_symbols() && wanted.is_essential() => return Err(cannot_answer(&error)),
            Err(ProviderError::NotFound(reason)) => self.missing(wanted, wanted.cause(), wanted.unavailable(), reason),
            Err(error) => {
                self.panel.is_provisional = true;
                self.missing(wanted, Some(Cause::NoAnswer), "No prices this time", error.to_string());
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
}

fn no_benchmark(symbol: &str, why: &str) -> Stop {
    Stop::failed("benchmark_unavailable", format!("There are no prices for the benchmark {symbol}: {why}."))
}

/// The source gives nothing, whatever the symbol.
fn cannot_answer(error: &ProviderError) -> Stop {
    if let ProviderError::Unauthorized { provider, variable } = error {
        let message = format!(
            "The data provider {provider} refused the key in {variable}. Whoever runs this server has to correct it; Retry Setup then goes on from here."
        );
        return Stop::failed("market_data_key_refused", message);
    }
    let message = format!("No prices for now: {error}. What was fetched is kept; Retry Setup asks only for the rest.");
    Stop::failed("market_data_unavailable", message)
}
