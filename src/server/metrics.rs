//! Metrics for operators, in the OpenMetrics text format that Prometheus reads.
//!
//! Counters and histograms are updated when a run ends. Gauges, such as the number of active runs,
//! are updated at each scrape. Labels never contain names, ids or symbols from portfolios.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use status::{Phase, PhaseState, RunStatus};

use crate::server::tracker::RunState;

/// Upper bounds of the histogram buckets for phase durations, in seconds. They range from 10 ms,
/// for a small portfolio, to an hour, for a phase that waits for a data provider.
const PHASE_SECONDS: [f64; 10] = [0.01, 0.05, 0.25, 1.0, 5.0, 20.0, 60.0, 300.0, 1_200.0, 3_600.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabel {
    phase: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

/// All metrics of the server.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    runs_ended: Family<OutcomeLabel, Counter>,
    phase_seconds: Family<PhaseLabel, Histogram>,
    active_runs: Family<StateLabel, Gauge>,
    taking_jobs: Gauge,
    resident_memory: Gauge,
    open_files: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let runs_ended = Family::default();
        registry.register("portfolio_setup_runs_ended", "Runs that ended, by outcome", runs_ended.clone());
        let phase_seconds = Family::new_with_constructor((|| Histogram::new(PHASE_SECONDS)) as fn() -> Histogram);
        registry.register("portfolio_setup_phase_seconds", "Durations of completed phases", phase_seconds.clone());
        let active_runs = Family::default();
        registry.register("portfolio_setup_runs", "Active runs in this process, by state", active_runs.clone());
        let taking_jobs = Gauge::default();
        let help = "1 while this process takes runs from the queue";
        registry.register("portfolio_setup_taking_jobs", help, taking_jobs.clone());
        let resident_memory = Gauge::default();
        registry.register("process_resident_memory_bytes", "Resident memory of the process", resident_memory.clone());
        let open_files = Gauge::default();
        registry.register("process_open_fds", "Open file descriptors of the process", open_files.clone());
        let registry = Arc::new(registry);
        Self { registry, runs_ended, phase_seconds, active_runs, taking_jobs, resident_memory, open_files }
    }
}

impl Metrics {
    /// Counts a run that has ended, by outcome, and records how long each completed phase took.
    /// Leaves out phases that were reused from an earlier attempt.
    pub fn run_ended(&self, run: &RunState) {
        let outcome = match (run.status, &run.error) {
            (RunStatus::Completed, _) => "completed",
            (_, Some(error)) if error.code == "cancelled" => "cancelled",
            _ => "failed",
        };
        self.runs_ended.get_or_create(&OutcomeLabel { outcome }).inc();
        for phase in Phase::ALL {
            let record = &run.phases[phase.index()];
            if let (PhaseState::Completed, false, Some(ms)) = (record.state, record.reused, record.duration_ms(0)) {
                self.phase_seconds.get_or_create(&PhaseLabel { phase: phase.id() }).observe(ms as f64 / 1000.0);
            }
        }
    }

    /// Encodes all metrics as text. `computing` is the number of runs that this process is
    /// computing; `waiting` is the number of runs that are waiting in the queue.
    pub fn text(&self, computing: usize, waiting: usize, is_taking_jobs: bool) -> String {
        let gauge_value = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.active_runs.get_or_create(&StateLabel { state: "computing" }).set(gauge_value(computing));
        self.active_runs.get_or_create(&StateLabel { state: "waiting" }).set(gauge_value(waiting));
        self.taking_jobs.set(i64::from(is_taking_jobs));
        self.resident_memory.set(resident_bytes().unwrap_or(0));
        self.open_files.set(std::fs::read_dir("/proc/self/fd").map_or(0, |files| gauge_value(files.count())));
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Returns the resident memory of this process in bytes, or `None` on systems without `/proc`.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<i64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use status::Phase;
    use uuid::Uuid;

    use super::Metrics;
    use crate::server::tracker::{Event, RunIdentity, RunState};

    #[test]
    fn counts_ended_run_without_exposing_names() {
        let identity = RunIdentity {
            portfolio_id: Uuid::nil(),
            owner: "user_1".to_owned(),
            portfolio_name: "Secret".to_owned(),
            attempt: 1,
            positions_total: 1,
            data_notice: None,
        };
        let mut run = RunState::new(identity, 0);
        run.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 1 }, 0);
        run.apply(Event::PhaseCompleted { phase: Phase::MarketData, summary: String::new() }, 2_000);
        run.apply(Event::Completed, 2_000);
        let metrics = Metrics::default();
        metrics.run_ended(&run);
        let text = metrics.text(2, 1, true);
        for line in [
            "portfolio_setup_runs_ended_total{outcome=\"completed\"} 1",
            "portfolio_setup_phase_seconds_sum{phase=\"phase_1\"} 2.0",
            "portfolio_setup_runs{state=\"waiting\"} 1",
            "portfolio_setup_taking_jobs 1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("Secret") && !text.contains("user_1"));
    }
}
