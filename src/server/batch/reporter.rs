//! Interface through which phases report progress, log lines and warnings.

use std::{fmt, time::Duration};

use status::{LogLevel, Phase};

use super::{Control, Stop};
use crate::server::{
    findings::Finding,
    tracker::{Cause, Event, LiveRun},
    util::clock,
};

/// A phase with at most this many items logs every item. A phase with more items logs about this
/// many of them, evenly spread.
const ITEMS_REPORTED: usize = 64;

/// Reports the progress, log lines and warnings of one phase of one run.
#[derive(Clone)]
pub struct Reporter {
    run: LiveRun,
    phase: Phase,
    control: Control,
}

/// Counts the items of a phase, both those with a result and those without. If there are many
/// items, logs only some of them, so that reporting does not cost more than the work itself.
pub struct Items<'a> {
    reporter: &'a Reporter,
    total: usize,
    /// Number of items between two log lines.
    every: usize,
    /// Number of items counted so far, with or without a result.
    seen: usize,
    with_result: usize,
    /// The next log line is due when `seen` reaches this number.
    next_logged: usize,
}

impl Items<'_> {
    /// Counts one item with a result. If a log line is due, logs `message` as a debug entry.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn done(&mut self, message: impl FnOnce() -> String) -> Result<(), Stop> {
        self.done_many(1, message)
    }

    /// Counts `count` items with a result; `count` must be at least 1. If a log line is due, logs
    /// `message`, which describes the last of these items.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn done_many(&mut self, count: usize, message: impl FnOnce() -> String) -> Result<(), Stop> {
        self.with_result += count;
        self.advance(count, message)
    }

    /// Counts one finished item that has no result, and logs the reason `why` if a log line is due.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn skipped(&mut self, name: &str, why: impl fmt::Display) -> Result<(), Stop> {
        self.skipped_many(1, name, why)
    }

    /// Counts `count` items that have no result for the same reason; `count` must be at least 1.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
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
    /// Creates a reporter for one phase.
    pub fn new(run: LiveRun, phase: Phase, control: Control) -> Self {
        Self { run, phase, control }
    }

    /// Reports that the phase has started and has `total` items.
    pub fn start(&self, total: usize) {
        self.run.report(Event::PhaseStarted { phase: self.phase, total: total as u64 });
        self.activity(format!("Phase {}: {} starting", self.phase.number(), self.phase.name()));
    }

    /// Logs a line that the activity log always shows.
    pub fn activity(&self, message: impl Into<String>) {
        self.log(LogLevel::Info, message.into());
    }

    /// Logs a debug entry, which is shown only on request.
    pub fn debug(&self, message: impl Into<String>) {
        self.log(LogLevel::Debug, message.into());
    }

    /// Warns that something is missing or odd and that the phase continues without it. `symbols`
    /// lists the affected symbols; `message` is the line in the activity log.
    pub fn warning(&self, cause: Cause, symbols: &[&str], message: impl Into<String>) {
        let symbols = symbols.iter().map(|&symbol| symbol.to_owned()).collect();
        self.run.report(Event::Warning { phase: self.phase, cause, symbols, message: message.into() });
    }

    /// Reports that `done` of `total` items are finished, and logs `message`, which describes the
    /// most recent one. Also checks whether the run should stop.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn item(&self, level: LogLevel, message: String, done: usize, total: usize) -> Result<(), Stop> {
        self.advance(level, message, done, done as f64 / total as f64)
    }

    fn advance(&self, level: LogLevel, message: String, done: usize, share: f64) -> Result<(), Stop> {
        let progress = Event::Progress { current: done as u64, done: share, left_ms: None };
        self.run.report_all([Event::Log { phase: Some(self.phase), level, message }, progress]);
        self.checkpoint()
    }

    /// Returns an error if the run should stop. This check is cheap enough to make at every step of
    /// a computation.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn checkpoint(&self) -> Result<(), Stop> {
        self.control.checkpoint()
    }

    /// Starts counting `total` items that are processed one after another.
    pub fn items(&self, total: usize) -> Items<'_> {
        let every = total.div_ceil(ITEMS_REPORTED).max(1);
        Items { reporter: self, total, every, seen: 0, with_result: 0, next_logged: every.min(total) }
    }

    /// Reports that `done` items and a `share` (from 0 to 1) of the phase's work are finished. Used
    /// by phases whose work is not proportional to the number of items.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn progress_of_work(&self, done: usize, share: f64) -> Result<(), Stop> {
        self.run.report(Event::Progress { current: done as u64, done: share, left_ms: None });
        self.control.checkpoint()
    }

    /// Reports that `done` items are finished, that a `share` (from 0 to 1) of the phase's time has
    /// passed, and that about `left_ms` milliseconds remain. Used by phases that mostly wait,
    /// because their item counts say little about the remaining time.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn progress_in_time(&self, done: usize, share: f64, left_ms: f64) -> Result<(), Stop> {
        self.run.report(Event::Progress { current: done as u64, done: share, left_ms: Some(left_ms) });
        self.control.checkpoint()
    }

    /// Reports that the data provider's rate limit delays the next request by `next`. `None` means
    /// that no request is waiting for the limit.
    pub fn waiting_for_limit(&self, next: Option<Duration>) {
        let until_ms = next.map(|next| clock::now_ms() + i64::try_from(next.as_millis()).unwrap_or(i64::MAX / 2));
        self.run.report(Event::WaitingForLimit { until_ms });
    }

    /// Reports facts about the portfolio as soon as the phase knows them.
    pub fn facts(&self, facts: status::Summary) {
        self.run.report(Event::Facts(facts));
    }

    /// Reports findings for the live page to show.
    pub fn found(&self, findings: impl IntoIterator<Item = Finding>) {
        let findings: Vec<Finding> = findings.into_iter().collect();
        if !findings.is_empty() {
            self.run.report(Event::Found { phase: self.phase, findings });
        }
    }

    /// Waits until the run should stop, and returns the reason.
    pub async fn stopped(&self) -> Stop {
        self.control.stopped().await;
        self.control.checkpoint().err().unwrap_or(Stop::Shutdown)
    }

    fn log(&self, level: LogLevel, message: String) {
        self.run.report(Event::Log { phase: Some(self.phase), level, message });
    }
}
