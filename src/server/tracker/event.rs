//! Events that a run reports. They are the only way to change the status of a run.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, RunError, Summary};

use super::{Cause, PhaseWarnings};

/// An event reported by a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The run waits for a compute slot at this position of the queue, from 1. `None` once it has a
    /// slot.
    Queued(Option<u32>),
    PhaseStarted {
        phase: Phase,
        /// Number of items that the phase processes; 0 if there is nothing to count.
        total: u64,
    },
    /// The running phase made progress.
    Progress {
        /// Number of items that the phase has processed.
        current: u64,
        /// Finished share of the phase's work, from 0 to 1. Differs from `current / total` if the
        /// phase also has work that is not counted as items, such as fetching factors.
        done: f64,
        /// Milliseconds until the phase ends, if that is known better than by extrapolation.
        left_ms: Option<f64>,
    },
    /// The data provider's rate limit delays the next request, or no longer delays it.
    WaitingForLimit {
        /// End of the delay, in milliseconds since 1970; `None` if the next request is no longer
        /// delayed.
        until_ms: Option<i64>,
    },
    /// The store does not accept results now. They wait until the next state is published.
    StoreBusy,
    /// A line for the activity log.
    Log {
        phase: Option<Phase>,
        level: LogLevel,
        /// Text of the line. Its line breaks and control characters are escaped before it is
        /// recorded.
        message: String,
    },
    /// A warning for the activity log about something that limits the results of a phase.
    Warning {
        phase: Phase,
        cause: Cause,
        /// Symbols that the warning affects; empty if it affects the whole portfolio.
        symbols: Vec<String>,
        /// Text of the line. It is escaped like that of [`Event::Log`].
        message: String,
    },
    /// Facts about the portfolio became known, such as which symbols have no prices.
    Facts(Summary),
    PhaseCompleted {
        phase: Phase,
        /// One line about the result of the phase.
        summary: String,
    },
    /// The result of this completed phase is provisional: a retry computes it again, because it may
    /// then be better.
    Provisional(Phase),
    /// The stored results of these phases were computed from other inputs than the run has now, so
    /// the phases are computed again.
    PhasesDiscarded(Vec<Phase>),
    /// The result of a phase was reused from an earlier attempt.
    PhaseTakenOver {
        phase: Phase,
        /// One line about the result of the phase, from the earlier attempt.
        summary: String,
        /// Number of warnings of the phase in the earlier attempt.
        warnings: u32,
        /// Causes of the phase's warnings in the earlier attempt.
        #[serde(default)]
        warned: Vec<PhaseWarnings>,
    },
    /// The run ended early. If a phase was running, it failed.
    Failed(RunError),
    /// The run ended after all phases completed.
    Completed,
}
