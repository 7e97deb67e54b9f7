//! Events that a run reports. Only an event can change the status of a run.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, RunError, Summary};

use super::{Cause, PhaseWarnings};
use crate::server::findings::Finding;

/// An event reported by a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The run is waiting for a compute slot, at this position in the queue (counting from 1).
    /// `None` means that it now has a slot.
    Queued(Option<u32>),
    PhaseStarted {
        phase: Phase,
        /// How many items the phase will process. 0 if there is nothing to count.
        total: u64,
    },
    /// The running phase made progress.
    Progress {
        /// How many items the phase has processed so far.
        current: u64,
        /// How much of the phase's work is done, from 0 to 1. Differs from `current / total` if the
        /// phase also does work that is not counted in items, such as fetching factors.
        done: f64,
        /// How many milliseconds remain until the phase ends, if the phase can estimate this better
        /// than by extrapolating its progress.
        left_ms: Option<f64>,
    },
    /// The data provider's rate limit has started or stopped delaying the run's next request.
    WaitingForLimit {
        /// When the delay ends, as a Unix timestamp in milliseconds. `None` if the next request is
        /// no longer delayed.
        until_ms: Option<i64>,
    },
    /// The store is busy, so results are waiting to be stored. The wait is over when the next state
    /// is published.
    StoreBusy,
    /// A line for the activity log.
    Log {
        phase: Option<Phase>,
        level: LogLevel,
        /// Text of the line. Line breaks and control characters are escaped before the line is
        /// recorded.
        message: String,
    },
    /// A warning for the activity log: something limits the results of a phase.
    Warning {
        phase: Phase,
        cause: Cause,
        /// Symbols that the warning affects. Empty if it affects the whole portfolio.
        symbols: Vec<String>,
        /// Text of the warning. It is escaped like the text of [`Event::Log`].
        message: String,
    },
    /// The phase found something that the live page draws. A finding replaces the earlier one in
    /// the same place.
    Found { phase: Phase, findings: Vec<Finding> },
    /// New facts about the portfolio are known, such as which symbols have no prices.
    Facts(Summary),
    PhaseCompleted {
        phase: Phase,
        /// A one-line summary of the phase's result.
        summary: String,
    },
    /// The result of this completed phase is provisional. A retry recomputes it, because the new
    /// result may be better.
    Provisional(Phase),
    /// The stored results of these phases were computed from inputs that have since changed, so the
    /// run computes the phases again.
    PhasesDiscarded(Vec<Phase>),
    /// The run reused the result of a phase from an earlier attempt.
    PhaseTakenOver {
        phase: Phase,
        /// The earlier attempt's one-line summary of the phase's result.
        summary: String,
        /// How many warnings the phase had in the earlier attempt.
        warnings: u32,
        /// The causes of those warnings, with the symbols that each affects.
        #[serde(default)]
        warned: Vec<PhaseWarnings>,
        /// Findings of the earlier attempt.
        #[serde(default)]
        findings: Vec<Finding>,
    },
    /// The run ended before all phases completed. If a phase was running, that phase failed.
    Failed(RunError),
    /// All phases completed, so the run is over.
    Completed,
}
