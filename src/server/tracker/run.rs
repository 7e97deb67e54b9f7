//! State of one run and how each event changes it. Pure: the time is passed in.
//!
//! Invariants: `version` grows with every event; the percentage never falls and is 100 only when
//! the run is completed; shown entries are numbered without gaps; an ended run does not change.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, PhaseEffort, PhaseState, RunError, RunStatus, Summary, UsualSeconds, overall_percent};
use text::one_line;
use uuid::Uuid;

use super::{Entry, Event, phase_record::PhaseRecord};
use crate::server::util::clock::elapsed_ms;

/// Number of entries kept in memory per run. Entries that the store does not have yet are kept
/// beyond this number.
pub const ENTRIES_IN_MEMORY: usize = 5_000;

/// Facts about a run that never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    pub portfolio_id: Uuid,
    pub owner: String,
    pub portfolio_name: String,
    pub attempt: u32,
    /// Number of positions in the portfolio's file.
    pub positions_total: u64,
    /// Notice about the prices, shown on every page that uses them.
    pub data_notice: Option<String>,
}

/// Expected duration of each phase, in phase order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Expected milliseconds of each phase in this run.
    pub expected_ms: [f64; 9],
    /// Usual duration of each phase on this server, for runs of this size; `None` if too few runs
    /// are recorded.
    pub usual: [Option<UsualSeconds>; 9],
}

impl Plan {
    /// Returns whether the plan contains any estimate. A run has no plan before it starts.
    pub fn is_known(&self) -> bool {
        self.expected_ms.iter().any(|&expected| expected > 0.0)
    }
}

/// Everything about one run.
#[derive(Clone, Debug)]
pub struct RunState {
    pub identity: RunIdentity,
    pub status: RunStatus,
    /// Time at which the run was accepted, in milliseconds since 1970.
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
    /// Time of the last event of the run, in milliseconds since 1970.
    pub reported_ms: i64,
    /// Position in the waiting list for a compute slot, from 1; `None` while the run does not wait.
    pub queue_position: Option<u32>,
    /// Time of the next request that the data provider's limit allows, in milliseconds since 1970.
    /// `None` if no request is waiting.
    pub limit_wait_until_ms: Option<i64>,
    /// `true` while results are waiting for the store.
    pub is_store_busy: bool,
    pub version: u64,
    /// Percentage reached so far.
    pub percent: u32,
    /// Percentage that the store has recorded. This one is shown, so that a restart never lowers
    /// it.
    pub shown_percent: u32,
    pub phases: [PhaseRecord; 9],
    pub plan: Plan,
    /// Known facts about the portfolio.
    pub facts: Option<Summary>,
    pub error: Option<RunError>,
    /// Entries in order. Beyond [`ENTRIES_IN_MEMORY`], the oldest stored entries are dropped.
    pub entries: Vec<Entry>,
    /// Number of the newest entry.
    pub last_line: u64,
    /// Number of the newest shown entry.
    pub last_seq: u64,
    /// Number of the newest entry that the store has.
    pub saved_line: u64,
    /// `true` if the store has recorded the run as waiting for the data provider's limit.
    pub saved_waiting: bool,
}

impl RunState {
    /// Creates the state of a run that was accepted at `now_ms`.
    pub fn new(identity: RunIdentity, now_ms: i64) -> Self {
        Self {
            identity,
            status: RunStatus::Running,
            started_ms: now_ms,
            completed_ms: None,
            reported_ms: now_ms,
            queue_position: None,
            limit_wait_until_ms: None,
            is_store_busy: false,
            version: 1,
            percent: 0,
            shown_percent: 0,
            phases: Phase::ALL.map(|_| PhaseRecord::default()),
            plan: Plan::default(),
            facts: None,
            error: None,
            entries: Vec::new(),
            last_line: 0,
            last_seq: 0,
            saved_line: 0,
            saved_waiting: false,
        }
    }

    /// Returns a copy without the entries, of which there may be many.
    #[must_use]
    pub fn without_entries(&self) -> Self {
        Self {
            identity: self.identity.clone(),
            phases: self.phases.clone(),
            plan: self.plan.clone(),
            facts: self.facts.clone(),
            error: self.error.clone(),
            entries: Vec::new(),
            ..*self
        }
    }

    /// Returns the phase that is running, if any.
    pub fn running_phase(&self) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| self.phases[phase.index()].state == PhaseState::Running)
    }

    pub fn phases_completed(&self) -> u32 {
        self.phases.iter().map(|phase| u32::from(phase.state == PhaseState::Completed)).sum()
    }

    /// Returns the expected cost and the progress of each phase.
    pub fn efforts(&self) -> [PhaseEffort; 9] {
        std::array::from_fn(|index| {
            let phase = &self.phases[index];
            // A phase that was reused from an earlier attempt costs nothing.
            let expected_ms = if phase.reused { 0.0 } else { self.plan.expected_ms[index] };
            PhaseEffort { expected_ms, done: phase.done(), left_ms: phase.left_ms() }
        })
    }

    /// Returns the entries that the store does not have yet.
    pub fn unsaved(&self) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.line <= self.saved_line);
        &self.entries[from..]
    }

    /// Returns whether the state contains anything that the store does not have yet.
    pub fn is_unsaved(&self) -> bool {
        self.percent != self.shown_percent || self.is_waiting() != self.saved_waiting || !self.unsaved().is_empty()
    }

    /// Returns whether the run only waits for the data provider's limit and computes nothing.
    pub fn is_waiting(&self) -> bool {
        self.limit_wait_until_ms.is_some()
    }

    /// Returns the run's progress as one number that grows with each item: completed phases times
    /// 2^32, plus the finished items of the running phase.
    pub fn furthest(&self) -> u64 {
        let items = self.running_phase().map_or(0, |phase| self.phases[phase.index()].current);
        (u64::from(self.phases_completed()) << 32) + items.min(u64::from(u32::MAX))
    }

    /// Records that the store has every entry up to `line`, this percentage, and whether the run
    /// waits.
    pub fn mark_saved(&mut self, line: u64, percent: u32, is_waiting: bool) {
        if percent > self.shown_percent {
            self.shown_percent = percent;
            self.version += 1;
        }
        self.saved_line = self.saved_line.max(line);
        self.saved_waiting = is_waiting;
        self.drop_oldest();
    }

    /// Applies one event. An ended run ignores events that arrive late.
    pub fn apply(&mut self, event: Event, now_ms: i64) {
        if self.status != RunStatus::Running {
            return;
        }
        self.version += 1;
        self.reported_ms = now_ms;
        // A log line does not change the percentage. Most events are log lines, so this saves work.
        let is_line = matches!(event, Event::Log { .. });
        match event {
            Event::Queued(position) => self.queue_position = position,
            Event::PhaseStarted { phase, total } => self.phases[phase.index()].start(total, now_ms),
            Event::Progress { current, done, left_ms } => {
                if let Some(phase) = self.running_phase() {
                    self.phases[phase.index()].advance(current, done, left_ms);
                }
            }
            Event::WaitingForLimit { until_ms } => self.limit_wait_until_ms = until_ms,
            Event::StoreBusy => self.is_store_busy = true,
            Event::Log { phase, level, message } => self.log(phase, level, message, now_ms),
            Event::Warning { phase, cause, symbols, message } => {
                self.log(Some(phase), LogLevel::Warning, message, now_ms);
                self.phases[phase.index()].warn(cause, symbols);
            }
            Event::Facts(facts) => self.facts = Some(facts),
            Event::PhaseCompleted { phase, summary } => {
                self.limit_wait_until_ms = None;
                self.phases[phase.index()].complete(summary, now_ms);
            }
            Event::Provisional(phase) => self.phases[phase.index()].is_provisional = true,
            Event::PhasesDiscarded(phases) => {
                for phase in phases {
                    self.phases[phase.index()] = PhaseRecord::default();
                }
            }
            Event::PhaseTakenOver { phase, summary, warnings, warned } => {
                self.phases[phase.index()].take_over(summary, warnings, warned, now_ms);
            }
            Event::Failed(error) => self.fail(error, now_ms),
            Event::Completed => {
                self.status = RunStatus::Completed;
                self.completed_ms = Some(now_ms);
            }
        }
        self.percent = match self.status {
            RunStatus::Completed => 100,
            _ if is_line => self.percent,
            _ => overall_percent(self.percent, &self.efforts()),
        };
    }

    fn log(&mut self, phase: Option<Phase>, level: LogLevel, message: String, now_ms: i64) {
        let message = one_line(message);
        // A shown line that repeats the previous one is recorded as a debug entry, because it
        // contains nothing new.
        let last_shown = || self.entries.iter().rev().find(|entry| entry.is_shown());
        let repeats = level != LogLevel::Debug && last_shown().is_some_and(|last| last.message == message);
        let level = if repeats { LogLevel::Debug } else { level };
        self.last_line += 1;
        self.last_seq += u64::from(level != LogLevel::Debug);
        self.entries.push(Entry { line: self.last_line, seq: self.last_seq, at_ms: now_ms, level, phase, message });
        self.drop_oldest();
    }

    fn fail(&mut self, error: RunError, now_ms: i64) {
        if let Some(phase) = error.phase_id {
            self.phases[phase.index()].fail(now_ms);
        }
        self.status = RunStatus::Failed;
        self.completed_ms = Some(now_ms);
        self.queue_position = None;
        self.is_store_busy = false;
        self.limit_wait_until_ms = None;
        self.error = Some(error);
    }

    fn drop_oldest(&mut self) {
        // Dropping a tenth at a time keeps the cost per entry constant.
        if self.entries.len() > ENTRIES_IN_MEMORY + ENTRIES_IN_MEMORY / 10 {
            let saved = self.entries.partition_point(|entry| entry.line <= self.saved_line);
            self.entries.drain(..saved.min(self.entries.len() - ENTRIES_IN_MEMORY));
        }
    }

    /// Returns the milliseconds from acceptance to the end of the run, or to `now_ms` while it is
    /// running.
    pub fn elapsed_ms(&self, now_ms: i64) -> u64 {
        elapsed_ms(self.started_ms, self.completed_ms.unwrap_or(now_ms))
    }
}
