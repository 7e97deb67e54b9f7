//! The only way a phase can say anything: progress, activity, warnings.

use std::{fmt, time::Duration};

use status::{LogLevel, Phase};

use super::{Control, Stop};
use crate::server::{
    tracker::{Cause, Event, LiveRun},
    util::clock,
};

/// Items of one phase that are reported one by one; of more, as many are, evenly spread.
const ITEMS_REPORTED: usize = 64;

/// Speaks for one phase of one run.
#[derive(Clone)]
pub struct Reporter {
    run: LiveRun,
    phase: Phase,
    control: Control,
}

/// Counts the items of a phase, those with a result and those without. Of many items only some are
/// logged, so that reporting does not cost more than the work.
pub struct Items<'a> {
    reporter: &'a Reporter,
    total: usize,
    /// Items between two that are logged.
    every: usize,
    /// Items so far, with a result or without.
    seen: usize,
    with_result: usize,
    /// Logged once this many items were seen.
    next_logged: usize,
}

impl Items<'_> {
    /// Counts one item that has a result, with its line of the debug log.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn done(&mut self, message: impl FnOnce() -> String) -> Result<(), Stop> {
        self.done_many(1, message)
    }

    /// Counts at least one item with a result; the line is that of the last.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn done_many(&mut self, count: usize, message: impl FnOnce() -> String) -> Result<(), Stop> {
        self.with_result += count;
        self.advance(count, message)
    }

    /// Passes over one item that has no result, and logs why.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn skipped(&mut self, name: &str, why: impl fmt::Display) -> Result<(), Stop> {
        self.skipped_many(1, name, why)
    }

    /// Passes over at least one item without a result, all for one reason.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn skipped_many(&mut self, count: usize, name: &str, why: impl fmt::Display) -> Result<(), Stop> {
        self.advance(count, || format!("{name}: skipped ({why})"))
    }

    fn advance(&mut self, count: usize, message: impl FnOnce() -> String) -> Result<(), Stop> {
        self.seen += count;
        if self.seen < self.next_logged {
            return self.reporter.checkpoint();
        }
        let Self { seen, with_result, total, .. } = *self;
        self.next_logged = (seen + self.every).min(total);
        let message = if self.every == 1 { message() } else { format!("{} ({with_result}/{total})", message()) };
        self.reporter.advance(LogLevel::Debug, message, with_result, seen as f64 / total as f64)
    }
}

impl Reporter {
    /// A reporter for this phase.
    pub fn new(run: LiveRun, phase: Phase, control: Control) -> Self {
        Self { run, phase, control }
    }

    /// The phase begins, with this many items to do.
    pub fn start(&self, total: usize) {
        self.run.report(Event::PhaseStarted { phase: self.phase, total: total as u64 });
        self.activity(format!("Phase {}: {} starting", self.phase.number(), self.phase.name()));
    }

    /// A line that everybody sees.
    pub fn activity(&self, message: impl Into<String>) {
        self.log(LogLevel::Info, message.into());
    }

    /// A line for those who ask for debug entries.
    pub fn debug(&self, message: impl Into<String>) {
        self.log(LogLevel::Debug, message.into());
    }

    /// Something is missing or odd, and the phase goes on without it: why, which symbols it concerns, and the line of
    /// the log.
    pub fn warning(&self, cause: Cause, symbols: &[&str], message: impl Into<String>) {
        let symbols = symbols.iter().map(|&symbol| symbol.to_owned()).collect();
        self.run.report(Event::Warning { phase: self.phase, cause, symbols, message: message.into() });
    }

    /// `done` of `total` items are behind, and the line of the log that tells of the last one. Also the place where a
    /// cancelled run stops.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn item(&self, level: LogLevel, message: String, done: usize, total: usize) -> Result<(), Stop> {
        self.advance(level, message, done, done as f64 / total as f64)
    }

    fn advance(&self, level: LogLevel, message: String, done: usize, share: f64) -> Result<(), Stop> {
        let progress = Event::Progress { current: done as u64, done: share, left_ms: None };
        self.run.report_all([Event::Log { phase: Some(self.phase), level, message }, progress]);
        self.checkpoint()
    }

    /// Goes on, or returns why the run should stop. Cheap enough for every step of a computation.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn checkpoint(&self) -> Result<(), Stop> {
        self.control.checkpoint()
    }

    /// Counts items that are worked off one after the other, `total` in all.
    pub fn items(&self, total: usize) -> Items<'_> {
        let every = total.div_ceil(ITEMS_REPORTED).max(1);
        Items { reporter: self, total, every, seen: 0, with_result: 0, next_logged: every.min(total) }
    }

    /// `done` items and `share` of all the phase's work are behind, where not all work is counted in items.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn progress_of_work(&self, done: usize, share: f64) -> Result<(), Stop> {
        self.run.report(Event::Progress { current: done as u64, done: share, left_ms: None });
        self.control.checkpoint()
    }

    /// `done` items and `share` of the phase's time are behind, and `left_ms` milliseconds are ahead, as far as can be
    /// known: where the time is spent waiting, items say little.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn progress_in_time(&self, done: usize, share: f64, left_ms: f64) -> Result<(), Stop> {
        self.run.report(Event::Progress { current: done as u64, done: share, left_ms: Some(left_ms) });
        self.control.checkpoint()
    }

    /// The data provider's limit lets the next request through after this time; `None`: nothing waits for it.
    pub fn waiting_for_limit(&self, next: Option<Duration>) {
        let until_ms = next.map(|next| clock::now_ms() + i64::try_from(next.as_millis()).unwrap_or(i64::MAX / 2));
        self.run.report(Event::WaitingForLimit { until_ms });
    }

    /// Facts about the portfolio became known.
    pub fn facts(&self, facts: status::Summary) {
        self.run.report(Event::Facts(facts));
    }

    /// Waits until the run should stop, and says why.
    pub async fn stopped(&self) -> Stop {
        self.control.stopped().await;
        self.control.checkpoint().err().unwrap_or(Stop::Shutdown)
    }

    fn log(&self, level: LogLevel, message: String) {
        self.run.report(Event::Log { phase: Some(self.phase), level, message });
    }
}
