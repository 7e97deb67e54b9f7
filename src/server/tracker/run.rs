//! The state of one run and how each event changes it. Pure: the time is passed in.
//!
//! Invariants: `version` grows with every event; the percent never falls and is 100 only when completed;
//! shown entries are numbered without gaps; an ended run changes no more.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, PhaseEffort, PhaseState, RunError, RunStatus, Summary, UsualSeconds, overall_percent};
use text::one_line;
use uuid::Uuid;

use super::{Entry, Event, phase_record::PhaseRecord};
use crate::server::util::clock::elapsed_ms;

/// Entries kept in memory per run. Entries the store does not have yet are kept beyond it.
pub const ENTRIES_IN_MEMORY: usize = 5_000;

/// What does not change while a run lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    /// Which portfolio.
    pub portfolio_id: Uuid,
    /// Whose.
    pub owner: String,
    /// Its name.
    pub portfolio_name: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// How many positions its file has.
    pub positions_total: u64,
    /// What every page that shows its prices has to say of them.
    pub data_notice: Option<String>,
}

/// What each phase is expected to take, in the order of the phases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Milliseconds, for this run.
    pub expected_ms: [f64; 9],
    /// What runs of this size took here; `None` without enough of them.
    pub usual: [Option<UsualSeconds>; 9],
}

impl Plan {
    /// Whether anything is expected at all: a run has no plan before it has begun.
    pub fn is_known(&self) -> bool {
        self.expected_ms.iter().any(|&expected| expected > 0.0)
    }
}

/// Everything about one run.
#[derive(Clone, Debug)]
pub struct RunState {
    /// Who and what.
    pub identity: RunIdentity,
    /// Running, completed or failed.
    pub status: RunStatus,
    /// When it was accepted.
    pub started_ms: i64,
    /// When it ended.
    pub completed_ms: Option<i64>,
    /// When it last reported.
    pub reported_ms: i64,
    /// Its place in the line for a worker, from 1, while it waits.
    pub queue_position: Option<u32>,
    /// Until when the data provider's limit holds up the next request, in milliseconds since 1970.
    pub limit_wait_until_ms: Option<i64>,
    /// Whether results wait for the store.
    pub is_store_busy: bool,
    /// Grows with every event.
    pub version: u64,
    /// Percent reached so far.
    pub percent: u32,
    /// The percent that the store has, which is the one shown: a restart never takes it back.
    pub shown_percent: u32,
    /// The nine phases.
    pub phases: [PhaseRecord; 9],
    /// What each phase is expected to take.
    pub plan: Plan,
    /// What is known of the portfolio.
    pub facts: Option<Summary>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Entries in order; the oldest saved ones are dropped beyond [`ENTRIES_IN_MEMORY`].
    pub entries: Vec<Entry>,
    /// Number of the newest entry.
    pub last_line: u64,
    /// Number of the newest shown entry.
    pub last_seq: u64,
    /// Number of the newest entry that the store has.
    pub saved_line: u64,
    /// Whether the store has the run as one that waits.
    pub saved_waiting: bool,
}

impl RunState {
    /// A run accepted at `now_ms`.
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

    /// The same without its entries, which may be many.
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

    /// The phase that runs, if one does.
    pub fn running_phase(&self) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| self.phases[phase.index()].state == PhaseState::Running)
    }

    /// How many phases completed.
    pub fn phases_completed(&self) -> u32 {
        self.phases.iter().map(|phase| u32::from(phase.state == PhaseState::Completed)).sum()
    }

    /// What each phase is expected to cost and how far it is.
    pub fn efforts(&self) -> [PhaseEffort; 9] {
        std::array::from_fn(|index| {
            let phase = &self.phases[index];
            // A phase taken over from an earlier attempt costs nothing.
            let expected_ms = if phase.reused { 0.0 } else { self.plan.expected_ms[index] };
            PhaseEffort { expected_ms, done: phase.done(), left_ms: phase.left_ms() }
        })
    }

    /// Entries the store does not have yet.
    pub fn unsaved(&self) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.line <= self.saved_line);
        &self.entries[from..]
    }

    /// Whether there is something that the store does not have yet.
    pub fn is_unsaved(&self) -> bool {
        self.percent != self.shown_percent || self.is_waiting() != self.saved_waiting || !self.unsaved().is_empty()
    }

    /// Whether it waits for the data provider's limit and computes nothing.
    pub fn is_waiting(&self) -> bool {
        self.limit_wait_until_ms.is_some()
    }

    /// How far it is, as one number that grows with each item: completed phases times 2^32, plus
    /// the items of the running one.
    pub fn furthest(&self) -> u64 {
        let items = self.running_phase().map_or(0, |phase| self.phases[phase.index()].current);
        (u64::from(self.phases_completed()) << 32) + items.min(u64::from(u32::MAX))
    }

    /// Notes that the store has every entry up to `line`, this percent, and whether the run waits.
    pub fn mark_saved(&mut self, line: u64, percent: u32, is_waiting: bool) {
        if percent > self.shown_percent {
            self.shown_percent = percent;
            self.version += 1;
        }
        self.saved_line = self.saved_line.max(line);
        self.saved_waiting = is_waiting;
        self.drop_oldest();
    }

    /// Takes one report. An ended run takes none: what arrives late is ignored.
    pub fn apply(&mut self, event: Event, now_ms: i64) {
        if self.status != RunStatus::Running {
            return;
        }
        self.version += 1;
        self.reported_ms = now_ms;
        // A line of the log is no progress: most events are lines, and need no new percent.
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
        // The same line twice in a row tells nothing new; it stays readable among the debug entries.
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

    /// Milliseconds from acceptance to the end, or to `now_ms`.
    pub fn elapsed_ms(&self, now_ms: i64) -> u64 {
        elapsed_ms(self.started_ms, self.completed_ms.unwrap_or(now_ms))
    }
}
