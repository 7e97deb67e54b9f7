//! The state of one phase of a run, as the tracker and the store represent it.

use std::sync::Arc;

use status::{Phase, PhaseState, PhaseStatus};

use super::cause::{Cause, PhaseWarnings};
use crate::server::{
    findings::FindingRecord,
    util::clock::{elapsed_ms, rfc3339},
};

/// The state of one phase of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseRecord {
    pub state: PhaseState,
    /// How many items the phase has processed so far.
    pub current: u64,
    /// How many items the phase processes in total. 0 if there is nothing to count.
    pub total: u64,
    /// How much of the phase's work is done, from 0 to 1. See [`super::Event::Progress`].
    pub share: f64,
    /// How many milliseconds remain until the phase ends, if the phase has reported it.
    pub left_ms: Option<f64>,
    pub warnings: u32,
    /// Causes of the phase's warnings, with the symbols that each affects.
    pub warned: Vec<PhaseWarnings>,
    /// Whether a retry should recompute the phase because its result may be better next time.
    pub is_provisional: bool,
    /// Findings of the phase so far, at most one record per place on the page. Findings that the
    /// run has withdrawn stay here until they are replaced, so that pages remove them too.
    pub found: Vec<Arc<FindingRecord>>,
    pub started_ms: Option<i64>,
    pub completed_ms: Option<i64>,
    /// A one-line summary of the phase's result.
    pub summary: Option<String>,
    /// Whether the result was reused from an earlier attempt.
    pub reused: bool,
    /// Sequence number of the phase's first log entry that users see. It survives a restart of the
    /// phase, because the log keeps the earlier entries.
    pub first_seq: Option<u64>,
}

impl Default for PhaseRecord {
    fn default() -> Self {
        Self {
            state: PhaseState::Pending,
            current: 0,
            total: 0,
            share: 0.0,
            left_ms: None,
            warnings: 0,
            warned: Vec::new(),
            is_provisional: false,
            found: Vec::new(),
            started_ms: None,
            completed_ms: None,
            summary: None,
            reused: false,
            first_seq: None,
        }
    }
}

impl PhaseRecord {
    /// Returns how much of the phase's work is done, from 0 to 1. Always 1 once the phase is
    /// completed.
    pub fn done(&self) -> f64 {
        if self.state == PhaseState::Completed { 1.0 } else { self.share }
    }

    pub(super) fn start(&mut self, total: u64, now_ms: i64) {
        self.reset();
        (self.state, self.total, self.started_ms) = (PhaseState::Running, total, Some(now_ms));
    }

    /// Resets everything except the number of the phase's first log line, and what the phase found,
    /// which the run has to withdraw.
    pub(super) fn reset(&mut self) {
        *self = Self { found: std::mem::take(&mut self.found), first_seq: self.first_seq, ..Self::default() };
    }

    /// Records a finding, or withdraws one. Replaces the earlier record of the same place.
    pub(super) fn find(&mut self, record: FindingRecord) {
        let place = record.finding.place();
        match self.found.iter_mut().find(|known| known.finding.place() == place) {
            Some(known) => *known = Arc::new(record),
            None => self.found.push(Arc::new(record)),
        }
    }

    /// Returns how many milliseconds remain until the phase ends, if it is running and has reported
    /// that.
    pub fn left_ms(&self) -> Option<f64> {
        self.left_ms.filter(|_| self.state == PhaseState::Running)
    }

    pub(super) fn advance(&mut self, current: u64, done: f64, left_ms: Option<f64>) {
        self.current = current.clamp(self.current, self.total.max(self.current));
        // If `done` is NaN, `max` keeps the previous share. A NaN share would spoil the percentage
        // and the time left of the whole run.
        self.share = self.share.max(done).min(1.0);
        self.left_ms = left_ms.filter(|left| left.is_finite());
    }

    pub(super) fn complete(&mut self, summary: String, now_ms: i64) {
        self.state = PhaseState::Completed;
        self.share = 1.0;
        self.started_ms.get_or_insert(now_ms);
        self.completed_ms = Some(now_ms);
        self.summary = Some(summary);
    }

    pub(super) fn warn(&mut self, cause: Cause, symbols: Vec<String>) {
        self.warnings += 1;
        PhaseWarnings::record(&mut self.warned, cause, symbols);
    }

    pub(super) fn take_over(&mut self, summary: String, warnings: u32, warned: Vec<PhaseWarnings>, now_ms: i64) {
        self.complete(summary, now_ms);
        self.reused = true;
        self.warnings = warnings;
        self.warned = warned;
    }

    pub(super) fn fail(&mut self, now_ms: i64) {
        self.state = PhaseState::Failed;
        self.started_ms.get_or_insert(now_ms);
        self.completed_ms = Some(now_ms);
    }

    /// Returns how long the phase took, in milliseconds. If it is still running, returns how long
    /// it has taken so far.
    pub fn duration_ms(&self, now_ms: i64) -> Option<u64> {
        self.started_ms.map(|start| elapsed_ms(start, self.completed_ms.unwrap_or(now_ms)))
    }

    /// Converts the record to its API type.
    pub fn to_wire(&self, phase: Phase, now_ms: i64) -> PhaseStatus {
        let duration_ms = self.duration_ms(now_ms);
        PhaseStatus {
            status: self.state,
            current: self.current,
            total: self.total,
            duration_seconds: duration_ms.map(|ms| ms / 1000),
            duration_ms,
            warnings: self.warnings,
            warning_groups: self.warned.iter().map(PhaseWarnings::to_wire).collect(),
            started_at: self.started_ms.map(rfc3339),
            completed_at: self.completed_ms.map(rfc3339),
            summary: self.summary.clone(),
            reused: self.reused,
            first_seq: self.first_seq,
            ..PhaseStatus::pending(phase)
        }
    }
}
