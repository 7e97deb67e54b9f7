//! Converts the state of a run to the status object that the API sends.

use status::{
    CurrentPhaseProgress, LogEntry, OverallProgress, Phase, PhaseState, PhaseStatus, RetryCost, RunStatus, Status,
    Summary, time_left,
};

use super::{PhaseRecord, RunState};
use crate::server::{
    tracker::support,
    util::clock::{elapsed_ms, rfc3339},
};

/// How many log entries a status contains if the request does not specify `after`.
pub const CONDENSED_ENTRIES: usize = 50;

/// How long pages should wait between two polls while a run is in progress, in milliseconds.
const POLL_MS: u64 = 2_000;

impl RunState {
    /// Returns the status of this run at `now_ms`. It includes all visible log entries whose
    /// sequence number is greater than `after`, or the last 50 if `after` is `None`. `attempts` is
    /// the number of attempts that the portfolio has had so far.
    pub fn to_status(&self, attempts: u32, after: Option<u64>, now_ms: i64) -> Status {
        let is_over = self.status != RunStatus::Running;
        let support_code = support::code(self.identity.portfolio_id, self.identity.attempt);
        Status {
            portfolio_id: self.identity.portfolio_id.to_string(),
            portfolio_name: self.identity.portfolio_name.clone(),
            status: self.status,
            attempt: self.identity.attempt,
            attempts: attempts.max(self.identity.attempt),
            started_at: Some(rfc3339(self.started_ms)),
            completed_at: self.completed_ms.map(rfc3339),
            elapsed_seconds: self.elapsed_ms(now_ms) / 1000,
            elapsed_ms: self.elapsed_ms(now_ms),
            version: self.version,
            server_time: rfc3339(now_ms),
            heartbeat_age_seconds: if is_over { 0 } else { elapsed_ms(self.reported_ms, now_ms) / 1000 },
            next_poll_ms: POLL_MS,
            queue_position: self.queue_position,
            // While the store is not accepting results, the remaining time cannot be estimated.
            eta: if is_over || self.is_store_busy { None } else { self.time_left(now_ms) },
            positions_total: self.identity.positions_total,
            data_notice: self.identity.data_notice.clone(),
            limit_wait_seconds: self.limit_wait_until_ms.map(|until| elapsed_ms(now_ms, until).div_ceil(1000)),
            store_busy: self.is_store_busy,
            overall_progress: Some(self.overall_progress()),
            current_phase_progress: self.current_phase_progress(),
            activity_log: self.shown_after(after),
            last_seq: self.last_seq,
            phases: Some(self.phase_statuses(now_ms)),
            summary: self.summary(),
            error: self.error.clone().map(|error| error.with_advice(&support_code)),
            retry: self.may_improve().then(|| self.retry_cost()),
            support_code: Some(support_code),
        }
    }

    /// Returns the status of each of the nine phases, as the API sends it.
    pub fn phase_statuses(&self, now_ms: i64) -> Vec<PhaseStatus> {
        let to_wire = |phase: Phase| PhaseStatus {
            usual_seconds: self.plan.usual[phase.index()],
            ..self.phases[phase.index()].to_wire(phase, now_ms)
        };
        Phase::ALL.into_iter().map(to_wire).collect()
    }

    /// Returns the facts about the portfolio that this run has found so far, such as which symbols
    /// have no prices, and the current number of completed phases. Returns `None` before the run
    /// has found any facts.
    pub fn summary(&self) -> Option<Summary> {
        self.facts.clone().map(|facts| Summary {
            phases_completed: self.phases_completed(),
            phases_total: Phase::COUNT,
            unavailable_total: facts.unavailable_symbols.len() as u64,
            ..facts
        })
    }

    /// Returns whether a retry may get further than this run, or get prices that it lacks.
    fn may_improve(&self) -> bool {
        let lacks_prices = || self.phases.iter().flat_map(|phase| &phase.warned).any(|warned| warned.cause.may_pass());
        match self.status {
            RunStatus::Failed => true,
            RunStatus::Completed => lacks_prices(),
            RunStatus::Running | RunStatus::NotFound => false,
        }
    }

    fn time_left(&self, now_ms: i64) -> Option<status::Range> {
        let running = self
            .running_phase()
            .map(|phase| (phase.index(), self.phases[phase.index()].duration_ms(now_ms).unwrap_or(0)));
        time_left(&self.efforts(), running)
    }

    /// Estimates the cost of a retry: the number of phases that it would reuse, and its duration in
    /// seconds, both for continuing from the failed phase and for starting over. For each phase
    /// that this attempt computed and completed, the estimate uses the measured duration. For all
    /// other phases, it uses the expected duration.
    fn retry_cost(&self) -> RetryCost {
        let is_reusable = |phase: &PhaseRecord| phase.state == PhaseState::Completed && !phase.is_provisional;
        let reused_phases = self.phases.iter().take_while(|phase| is_reusable(phase)).count();
        let took_ms = |(phase, expected_ms): (&PhaseRecord, &f64)| match phase.duration_ms(0) {
            Some(ms) if phase.state == PhaseState::Completed && !phase.reused => ms as f64,
            _ => *expected_ms,
        };
        let costs: Vec<f64> = self.phases.iter().zip(&self.plan.expected_ms).map(took_ms).collect();
        // These casts are lossless, because the number of seconds is never negative and amounts to
        // a few days at most.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let seconds = |costs: &[f64]| self.plan.is_known().then(|| (costs.iter().sum::<f64>() / 1000.0).ceil() as u64);
        RetryCost {
            reused_phases: u32::try_from(reused_phases).unwrap_or(Phase::COUNT),
            failed_seconds: seconds(&costs[reused_phases..]),
            start_seconds: seconds(&costs),
        }
    }

    fn overall_progress(&self) -> OverallProgress {
        let current = self
            .running_phase()
            .or_else(|| Phase::ALL.into_iter().find(|phase| self.phases[phase.index()].state == PhaseState::Failed));
        OverallProgress {
            current_phase: current,
            current_phase_name: current.map(|phase| phase.name().to_owned()),
            phases_completed: self.phases_completed(),
            phases_total: Phase::COUNT,
            percent_complete: self.shown_percent,
        }
    }

    fn current_phase_progress(&self) -> Option<CurrentPhaseProgress> {
        let phase = self.running_phase()?;
        let record = &self.phases[phase.index()];
        Some(CurrentPhaseProgress { current: record.current, total: record.total, unit: phase.unit().to_owned() })
    }

    fn shown_after(&self, after: Option<u64>) -> Vec<LogEntry> {
        let from = after.unwrap_or_else(|| self.last_seq.saturating_sub(CONDENSED_ENTRIES as u64));
        self.entries.iter().filter(|entry| entry.is_shown() && entry.seq > from).map(super::Entry::to_wire).collect()
    }
}
