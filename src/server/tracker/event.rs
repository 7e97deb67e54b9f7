//! What a run can report. Events are the only way a status changes.

use serde::{Deserialize, Serialize};
use status::{LogLevel, Phase, RunError, Summary};

use super::{Cause, Warned};

/// One report of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// It waits for a worker, at this place in the line, from 1; `None` once a worker has it.
    Queued(Option<u32>),
    /// A phase began with this many items.
    PhaseStarted {
        /// Which.
        phase: Phase,
        /// Items in all; 0 where there is nothing to count.
        total: u64,
    },
    /// The running phase got further.
    Progress {
        /// Items done.
        current: u64,
        /// Share of the phase's work behind it, 0 to 1. Not `current / total` where some work is not counted,
        /// such as the fetching of factors.
        done: f64,
        /// Milliseconds that the rest of the phase will take, where that is known better than by extrapolating.
        left_ms: Option<f64>,
    },
    /// The data provider's limit holds up the next request until then, in milliseconds since 1970; `None`: not any
    /// more.
    WaitingForLimit {
        /// Until when.
        until_ms: Option<i64>,
    },
    /// Results wait for the store, until the next state is published.
    StoreBusy,
    /// A line for the activity log.
    Log {
        /// The phase it belongs to.
        phase: Option<Phase>,
        /// How serious.
        level: LogLevel,
        /// The text; line breaks and control characters are escaped on the way in.
        message: String,
    },
    /// A line for the activity log about what a phase has to do without.
    Warning {
        /// Which phase.
        phase: Phase,
        /// Why.
        cause: Cause,
        /// The symbols that it concerns; empty for the whole portfolio.
        symbols: Vec<String>,
        /// The text, treated as that of [`Event::Log`].
        message: String,
    },
    /// Facts about the portfolio became known.
    Facts(Summary),
    /// A phase ended well.
    PhaseCompleted {
        /// Which.
        phase: Phase,
        /// What it achieved.
        summary: String,
    },
    /// A phase that ended well may come out better the next time.
    Provisional(Phase),
    /// What these phases produced depends on other inputs than the run has now: they are computed
    /// again.
    PhasesDiscarded(Vec<Phase>),
    /// A phase's result was taken over from an earlier attempt.
    PhaseTakenOver {
        /// Which.
        phase: Phase,
        /// What it achieved then.
        summary: String,
        /// Warnings given then.
        warnings: u32,
        /// Their causes.
        #[serde(default)]
        warned: Vec<Warned>,
    },
    /// The run ended early. A running phase fails with it.
    Failed(RunError),
    /// Every phase completed.
    Completed,
}
