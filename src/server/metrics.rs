//! What operators measure, in the text format of Prometheus.
//!
//! Counters are kept here; what can be looked up (runs in memory, memory of the process) is looked up when it is asked
//! for. No label holds a name, an id or a symbol of anybody's portfolio.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use status::{Phase, PhaseState, RunStatus};

use crate::server::tracker::RunState;

/// Upper bounds of the phases' durations, in seconds: from a small portfolio's to an hour of waiting for a provider.
const PHASE_SECONDS: [f64; 10] = [0.01, 0.05, 0.25, 1.0, 5.0, 20.0, 60.0, 300.0, 1_200.0, 3_600.0];

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// Which phase.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPhase {
    phase: &'static str,
}

/// In which state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

/// All that is measured.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    ended: Family<Outcome, Counter>,
    phases: Family<OfPhase, Histogram>,
    runs: Family<InState, Gauge>,
    taking_jobs: Gauge,
    memory: Gauge,
    files: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let ended = Family::default();
        registry.register("portfolio_setup_runs_ended", "Runs that ended, by outcome", ended.clone());
        let phases = Family::new_with_constructor((|| Histogram::new(PHASE_SECONDS)) as fn() -> Histogram);
        registry.register("portfolio_setup_phase_seconds", "Durations of completed phases", phases.clone());
        let runs = Family::default();
        registry.register("portfolio_setup_runs", "Runs under way here, by state", runs.clone());
        let taking_jobs = Gauge::default();
        let help = "1 while runs are taken from their queue";
        registry.register("portfolio_setup_taking_jobs", help, taking_jobs.clone());
        let memory = Gauge::default();
        registry.register("process_resident_memory_bytes", "Resident memory of the process", memory.clone());
        let files = Gauge::default();
        registry.register("process_open_fds", "Open file descriptors of the process", files.clone());
        Self { registry: Arc::new(registry), ended, phases, runs, taking_jobs, memory, files }
    }
}

impl Metrics {
    /// Counts a run that ended, and what its phases took.
    pub fn run_ended(&self, run: &RunState) {
        let outcome = match (run.status, &run.error) {
            (RunStatus::Completed, _) => "completed",
            (_, Some(error)) if error.code == "cancelled" => "cancelled",
            _ => "failed",
        };
        self.ended.get_or_create(&Outcome { outcome }).inc();
        for phase in Phase::ALL {
            let record = &run.phases[phase.index()];
            if let (PhaseState::Completed, false, Some(ms)) = (record.state, record.reused, record.duration_ms(0)) {
                self.phases.get_or_create(&OfPhase { phase: phase.id() }).observe(ms as f64 / 1000.0);
            }
        }
    }

    /// Everything as text. `computing` and `waiting` runs are under way here.
    pub fn text(&self, computing: usize, waiting: usize, is_taking_jobs: bool) -> String {
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.runs.get_or_create(&InState { state: "computing" }).set(whole(computing));
        self.runs.get_or_create(&InState { state: "waiting" }).set(whole(waiting));
        self.taking_jobs.set(i64::from(is_taking_jobs));
        self.memory.set(resident_bytes().unwrap_or(0));
        self.files.set(std::fs::read_dir("/proc/self/fd").map_or(0, |files| whole(files.count())));
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Resident memory, where the system says.
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
            owner: "somebody".to_owned(),
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
        assert!(!text.contains("Secret") && !text.contains("somebody"));
    }
}
