//! The state of one phase of a run, as the tracker and the store keep it.

use status::{Phase, PhaseState, PhaseStatus};

use super::cause::{Cause, Warned};
use crate::server::util::clock::{elapsed_ms, rfc3339};

/// One phase of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseRecord {
    /// Its state.
    pub state: PhaseState,
    /// Items done.
    pub current: u64,
    /// Items in all; 0 where there is nothing to count.
    pub total: u64,
    /// Share of its work behind it, 0 to 1; see [`super::Event::Progress`].
    pub share: f64,
    /// Milliseconds that the rest of it will take, where that is known.
    pub left_ms: Option<f64>,
    /// Warnings given.
    pub warnings: u32,
    /// Their causes, with the symbols that each concerns.
    pub warned: Vec<Warned>,
    /// Whether it may come out better the next time, so that a retry computes it anew.
    pub is_provisional: bool,
    /// When it started.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub completed_ms: Option<i64>,
    /// What it achieved.
    pub summary: Option<String>,
    /// Taken over from an earlier attempt.
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
    /// Share of its work behind it: 1 once completed.
    pub fn done(&self) -> f64 {
        if self.state == PhaseState::Completed { 1.0 } else { self.share }
    }

    pub(super) fn start(&mut self, total: u64, now_ms: i64) {
        *self = Self { state: PhaseState::Running, total, started_ms: Some(now_ms), ..Self::default() };
    }

    /// What is known of the time that it still takes while it runs.
    pub fn left_ms(&self) -> Option<f64> {
        self.left_ms.filter(|_| self.state == PhaseState::Running)
    }

    pub(super) fn advance(&mut self, current: u64, done: f64, left_ms: Option<f64>) {
        self.current = current.clamp(self.current, self.total.max(self.current));
        // What is no number says nothing: `max` passes over it, where `clamp` would panic at the next report.
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
        Warned::note(&mut self.warned, cause, symbols);
    }

    pub(super) fn take_over(&mut self, summary: String, warnings: u32, warned: Vec<Warned>, now_ms: i64) {
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

    /// Milliseconds it took, or has been running for.
    pub fn duration_ms(&self, now_ms: i64) -> Option<u64> {
        self.started_ms.map(|start| elapsed_ms(start, self.completed_ms.unwrap_or(now_ms)))
    }

    /// As it travels.
    pub fn to_wire(&self, phase: Phase, now_ms: i64) -> PhaseStatus {
        let duration_ms = self.duration_ms(now_ms);
        PhaseStatus {
            status: self.state,
            current: self.current,
            total: self.total,
            duration_seconds: duration_ms.map(|ms| ms / 1000),
            duration_ms,
            warnings: self.warnings,
            warning_groups: self.warned.iter().map(Warned::to_wire).collect(),
            started_at: self.started_ms.map(rfc3339),
            completed_at: self.completed_ms.map(rfc3339),
            summary: self.summary.clone(),
            reused: self.reused,
            ..PhaseStatus::pending(phase)
        }
    }
}
