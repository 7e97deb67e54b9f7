//! The state of one run, and how each event changes it. The functions are pure: they take the time
//! as a parameter.
//!
//! Invariants: `version` grows with every event. The percentage never falls, and reaches 100 only
//! when the run completes. The sequence numbers of the log entries that users see have no gaps.
//! Every change of a finding has a higher sequence number than all earlier ones. A run that has
//! ended never changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, PhaseEffort, PhaseState, RunError, RunStatus, Summary, UsualSeconds, overall_percent};
use text::one_line;
use uuid::Uuid;

use super::{Entry, Event, phase_record::PhaseRecord};
use crate::server::{
    findings::{Finding, FindingRecord},
    util::clock::elapsed_ms,
};

/// How many log entries to keep in memory per run. Entries that are not in the store yet are kept
/// beyond this limit.
pub const ENTRIES_IN_MEMORY: usize = 5_000;

/// The facts about a run that never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    pub portfolio_id: Uuid,
    pub owner: String,
    pub portfolio_name: String,
    pub attempt: u32,
    /// Number of positions in the uploaded file.
    pub positions_total: u64,
    /// A notice about the prices, for example that they are sample data. Every page that shows
    /// results based on these prices displays it.
    pub data_notice: Option<String>,
}

/// How long each of the nine phases of a run is expected to take, in phase order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Expected duration of each phase of this run, in milliseconds.
    pub expected_ms: [f64; 9],
    /// How long each phase usually takes on this server for runs of this size. `None` if the server
    /// has completed too few such runs to tell.
    pub usual: [Option<UsualSeconds>; 9],
}

impl Plan {
    /// Returns whether the plan contains any estimates. Until a run starts, its plan is empty.
    pub fn is_known(&self) -> bool {
        self.expected_ms.iter().any(|&expected| expected > 0.0)
    }
}

/// The complete state of one run.
#[derive(Clone, Debug)]
pub struct RunState {
    pub identity: RunIdentity,
    pub status: RunStatus,
    /// When the run was accepted, as a Unix timestamp in milliseconds.
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
    /// When the run last reported an event, as a Unix timestamp in milliseconds.
    pub reported_ms: i64,
    /// Position in the queue for a compute slot, counting from 1. `None` if the run is not waiting
    /// for one.
    pub queue_position: Option<u32>,
    /// When the data provider's rate limit allows the run's next request, as a Unix timestamp in
    /// milliseconds. `None` if no request of the run is waiting.
    pub limit_wait_until_ms: Option<i64>,
    /// Whether the store is currently not accepting the run's results.
    pub is_store_busy: bool,
    pub version: u64,
    /// How much of the run is done, in percent, including progress that is not in the store yet.
    pub percent: u32,
    /// How much of the run is done, in percent, according to the store. Users see this value, so
    /// that a restart of the server never lowers it.
    pub shown_percent: u32,
    pub phases: [PhaseRecord; 9],
    pub plan: Plan,
    /// Facts about the portfolio that are known so far, such as which symbols have no prices.
    pub facts: Option<Summary>,
    pub error: Option<RunError>,
    /// Log entries, oldest first. Beyond [`ENTRIES_IN_MEMORY`], the oldest entries are dropped once
    /// they are in the store.
    pub entries: Vec<Entry>,
    /// Sequence number of the newest log entry, including debug entries.
    pub last_line: u64,
    /// Sequence number of the newest log entry that users see.
    pub last_seq: u64,
    /// Sequence number of the newest log entry in the store, including debug entries.
    pub saved_line: u64,
    /// Whether, according to the store, the run is waiting for the data provider's rate limit.
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

    /// Returns a copy of the state without its log entries, of which there may be thousands.
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

    pub fn running_phase(&self) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| self.phases[phase.index()].state == PhaseState::Running)
    }

    pub fn phases_completed(&self) -> u32 {
        self.phases.iter().map(|phase| u32::from(phase.state == PhaseState::Completed)).sum()
    }

    /// Returns how long each phase is expected to take and how much of it is done.
    pub fn efforts(&self) -> [PhaseEffort; 9] {
        std::array::from_fn(|index| {
            let phase = &self.phases[index];
            // Reusing a phase from an earlier attempt takes no time.
            let expected_ms = if phase.reused { 0.0 } else { self.plan.expected_ms[index] };
            PhaseEffort { expected_ms, done: phase.done(), left_ms: phase.left_ms() }
        })
    }

    /// Returns the log entries that are not in the store yet.
    pub fn unsaved(&self) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.line <= self.saved_line);
        &self.entries[from..]
    }

    /// Returns whether anything has changed since the last write to the store: the percentage, the
    /// log, or whether the run is waiting for the rate limit.
    pub fn is_unsaved(&self) -> bool {
        self.percent != self.shown_percent || self.is_waiting() != self.saved_waiting || !self.unsaved().is_empty()
    }

    /// Returns whether the run is idle because it is waiting for the data provider's rate limit.
    pub fn is_waiting(&self) -> bool {
        self.limit_wait_until_ms.is_some()
    }

    /// Returns the run's progress as a single number: the number of completed phases times 2^32,
    /// plus the number of items that the running phase has processed.
    pub fn furthest(&self) -> u64 {
        let items = self.running_phase().map_or(0, |phase| self.phases[phase.index()].current);
        (u64::from(self.phases_completed()) << 32) + items.min(u64::from(u32::MAX))
    }

    /// Records what the store now contains: the log entries up to sequence number `line`, the
    /// percentage, and whether the run is waiting for the rate limit.
    pub fn mark_saved(&mut self, line: u64, percent: u32, is_waiting: bool) {
        if percent > self.shown_percent {
            self.shown_percent = percent;
            self.version += 1;
        }
        self.saved_line = self.saved_line.max(line);
        self.saved_waiting = is_waiting;
        self.drop_oldest();
    }

    /// Applies an event to the state. Does nothing if the run has already ended.
    pub fn apply(&mut self, event: Event, now_ms: i64) {
        if self.status != RunStatus::Running {
            return;
        }
        self.version += 1;
        self.reported_ms = now_ms;
        // Most events are log lines. They do not change the percentage, so it is not recomputed for
        // them, nor for findings.
        let keeps_percent = matches!(event, Event::Log { .. } | Event::Found { .. });
        match event {
            Event::Queued(position) => self.queue_position = position,
            Event::PhaseStarted { phase, total } => {
                self.withdraw_findings(phase, now_ms);
                self.phases[phase.index()].start(total, now_ms);
            }
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
            Event::Found { phase, findings } => self.find(phase, findings, now_ms),
            Event::Facts(facts) => self.facts = Some(facts),
            Event::PhaseCompleted { phase, summary } => {
                self.limit_wait_until_ms = None;
                self.phases[phase.index()].complete(summary, now_ms);
            }
            Event::Provisional(phase) => self.phases[phase.index()].is_provisional = true,
            Event::PhasesDiscarded(phases) => {
                for phase in phases {
                    self.withdraw_findings(phase, now_ms);
                    self.phases[phase.index()].reset();
                }
            }
            Event::PhaseTakenOver { phase, summary, warnings, warned, findings } => {
                self.withdraw_findings(phase, now_ms);
                self.phases[phase.index()].take_over(summary, warnings, warned, now_ms);
                self.find(phase, findings, now_ms);
            }
            Event::Failed(error) => self.fail(error, now_ms),
            Event::Completed => {
                self.status = RunStatus::Completed;
                self.completed_ms = Some(now_ms);
            }
        }
        self.percent = match self.status {
            RunStatus::Completed => 100,
            _ if keeps_percent => self.percent,
            _ => overall_percent(self.percent, &self.efforts()),
        };
    }

    fn log(&mut self, phase: Option<Phase>, level: LogLevel, message: String, now_ms: i64) {
        let message = one_line(message);
        // If the previous line that users saw has the same text, this one tells them nothing new.
        // It becomes a debug entry.
        let last_shown = || self.entries.iter().rev().find(|entry| entry.is_shown());
        let repeats = level != LogLevel::Debug && last_shown().is_some_and(|last| last.message == message);
        let level = if repeats { LogLevel::Debug } else { level };
        self.last_line += 1;
        self.last_seq += u64::from(level != LogLevel::Debug);
        if let Some(phase) = phase.filter(|_| level != LogLevel::Debug) {
            self.phases[phase.index()].first_seq.get_or_insert(self.last_seq);
        }
        self.entries.push(Entry { line: self.last_line, seq: self.last_seq, at_ms: now_ms, level, phase, message });
        self.drop_oldest();
    }

    fn find(&mut self, phase: Phase, findings: Vec<Finding>, now_ms: i64) {
        let at_ms = self.elapsed_ms(now_ms);
        for (seq, finding) in (self.last_found() + 1..).zip(findings) {
            self.phases[phase.index()].find(FindingRecord { seq, at_ms, finding, is_withdrawn: false });
        }
    }

    /// Withdraws what a phase found, because the phase starts again or gets another result.
    fn withdraw_findings(&mut self, phase: Phase, now_ms: i64) {
        let at_ms = self.elapsed_ms(now_ms);
        let seqs = self.last_found() + 1..;
        for (record, seq) in self.phases[phase.index()].found.iter_mut().zip(seqs) {
            *record = Arc::new(FindingRecord { seq, at_ms, finding: record.finding.clone(), is_withdrawn: true });
        }
    }

    /// Returns the sequence number of the newest change of a finding, or 0 if there is none.
    pub fn last_found(&self) -> u64 {
        self.phases.iter().flat_map(|phase| &phase.found).map(|record| record.seq).max().unwrap_or(0)
    }

    /// Returns everything that the phases found so far, in the order of the newest changes. Also
    /// returns findings that the run has withdrawn, because pages may still show them.
    pub fn found(&self) -> Vec<Arc<FindingRecord>> {
        let mut found: Vec<_> = self.phases.iter().flat_map(|phase| &phase.found).cloned().collect();
        found.sort_unstable_by_key(|record| record.seq);
        found
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
        // Dropping a tenth of the entries at once keeps the average cost per entry constant.
        if self.entries.len() > ENTRIES_IN_MEMORY + ENTRIES_IN_MEMORY / 10 {
            let saved = self.entries.partition_point(|entry| entry.line <= self.saved_line);
            self.entries.drain(..saved.min(self.entries.len() - ENTRIES_IN_MEMORY));
        }
    }

    /// Returns how many milliseconds the run took from its acceptance to its end. If it is still
    /// running, returns the time from its acceptance to `now_ms`.
    pub fn elapsed_ms(&self, now_ms: i64) -> u64 {
        elapsed_ms(self.started_ms, self.completed_ms.unwrap_or(now_ms))
    }
}
