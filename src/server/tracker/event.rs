//! Events that a run can report. They are the only way to change the status of a run.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, RunError, Summary};

use super::{Cause, PhaseWarnings};

/// An event reported by a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The run waits for a compute slot at this position, from 1. `None` once it has a slot.
    Queued(Option<u32>),
    /// A phase started with `total` items.
    PhaseStarted {
        phase: Phase,
        /// Number of items; 0 if there is nothing to count.
        total: u64,
    },
    /// The running phase made progress.
    Progress {
        /// Number of items done.
        current: u64,
        /// Share of the phase's work that is done, 0 to 1. Differs from `current / total` if some
        /// work is not counted as items, such as fetching factors.
        done: f64,
        /// Milliseconds left in the phase, if that is known better than by extrapolation.
        left_ms: Option<f64>,
    },
    /// The data provider's limit delays the next request, or no longer does.
    WaitingForLimit {
        /// End of the delay in milliseconds since 1970; `None` if there is no delay.
        until_ms: Option<i64>,
    },
    /// Results are waiting for the store, until the next state is published.
    StoreBusy,
    /// A line for the activity log.
    Log {
        phase: Option<Phase>,
        level: LogLevel,
        /// Text of the line. Line breaks and control characters are escaped when it is recorded.
        message: String,
    },
    /// A line for the activity log about something that a phase lacks.
    Warning {
        phase: Phase,
        cause: Cause,
        /// Symbols that the warning concerns; empty for the whole portfolio.
        symbols: Vec<String>,
        /// Text of the line, escaped like that of [`Event::Log`].
        message: String,
    },
    /// Facts about the portfolio became known.
    Facts(Summary),
    /// A phase completed.
    PhaseCompleted {
        phase: Phase,
        /// One line about what the phase achieved.
        summary: String,
    },
    /// A completed phase may have a better result next time.
    Provisional(Phase),
    /// The results of these phases depend on other inputs than the run has now, so the phases are
    /// computed again.
    PhasesDiscarded(Vec<Phase>),
    /// The result of a phase was reused from an earlier attempt.
    PhaseTakenOver {
        phase: Phase,
        /// One line about what the phase achieved in the earlier attempt.
        summary: String,
        /// Number of warnings in the earlier attempt.
        warnings: u32,
        /// Causes of the warnings in the earlier attempt.
        #[serde(default)]
        warned: Vec<PhaseWarnings>,
    },
    /// The run ended early. The running phase, if any, fails with it.
    Failed(RunError),
    /// All phases completed and the run ended.
    Completed,
}
