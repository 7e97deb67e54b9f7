//! State of one phase of a run, in the form that the tracker and the store use.

use status::{Phase, PhaseState, PhaseStatus};

use super::cause::{Cause, PhaseWarnings};
use crate::server::util::clock::{elapsed_ms, rfc3339};

/// State of one phase of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseRecord {
    pub state: PhaseState,
    /// Number of items that the phase has processed.
    pub current: u64,
    /// Number of items that the phase processes; 0 if there is nothing to count.
    pub total: u64,
    /// Finished share of the phase's work, from 0 to 1; see [`super::Event::Progress`].
    pub share: f64,
    /// Milliseconds until the phase ends, if known.
    pub left_ms: Option<f64>,
    /// Number of warnings in this phase.
    pub warnings: u32,
    /// Causes of the warnings, each with the symbols that it affects.
    pub warned: Vec<PhaseWarnings>,
    /// `true` if the result may be better next time, so that a retry computes the phase again.
    pub is_provisional: bool,
    pub started_ms: Option<i64>,
    pub completed_ms: Option<i64>,
    /// One line about the result of the phase.
    pub summary: Option<String>,
    /// `true` if the result was reused from an earlier attempt.
    pub reused: bool,
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
            started_ms: None,
            completed_ms: None,
            summary: None,
            reused: false,
        }
    }
}

impl PhaseRecord {
    /// Returns the finished share of the phase's work, from 0 to 1. It is 1 after completion.
    pub fn done(&self) -> f64 {
        if self.state == PhaseState::Completed { 1.0 } else { self.share }
    }

    pub(super) fn start(&mut self, total: u64, now_ms: i64) {
        *self = Self { state: PhaseState::Running, total, started_ms: Some(now_ms), ..Self::default() };
    }

    /// Returns the milliseconds until the phase ends, if the phase is running and they are known.
    pub fn left_ms(&self) -> Option<f64> {
        self.left_ms.filter(|_| self.state == PhaseState::Running)
    }

    pub(super) fn advance(&mut self, current: u64, done: f64, left_ms: Option<f64>) {
        self.current = current.clamp(self.current, self.total.max(self.current));
        // If `done` is NaN, `max` ignores it and returns the other operand. A NaN in `share` would
        // make a later `clamp` panic.
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

    /// Returns how many milliseconds the phase took or, if it is still running, has taken so far.
    pub fn duration_ms(&self, now_ms: i64) -> Option<u64> {
        self.started_ms.map(|start| elapsed_ms(start, self.completed_ms.unwrap_or(now_ms)))
    }

    /// Converts the record to the type that the API sends.
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
            ..PhaseStatus::pending(phase)
        }
    }
}
