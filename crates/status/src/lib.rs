//! What a run looks like: the types that travel to browsers and programs, and the pure decisions about them.
//!
//! Compiled for the server and for the browser. Knows no clock, no store and no network: whoever calls
//! passes the time in. Everything that changes a run lives in `server::tracker`.
//!
//! | file | holds |
//! |---|---|
//! | `phase.rs` | the nine phases: ids, names, units, the words of each |
//! | `model.rs` | the status object of `GET /api/v1/onboarding/status/{id}`, which the page reads too |
//! | `duration.rs` | "3m 24s", "6 to 9 min left" |
//! | `percent.rs` | the overall percent: weighted by time, never falling |
//! | `eta.rs` | the range of time left |
//! | `milestones.rs` | which dates of a long phase are worth a line |
//! | `outcome/` | the sentences about what completed and failed, and what can be done |

mod duration;
mod eta;
mod milestones;
mod model;
mod outcome;
mod percent;
mod phase;

pub use duration::{
    counted, format_about, format_count, format_duration, format_exact, format_time_left, format_usual, format_wait,
};
pub use eta::time_left;
pub use milestones::is_milestone;
pub use model::{
    CurrentPhaseProgress, Fixer, LogEntry, LogLevel, OverallProgress, PhaseState, PhaseStatus, PollAnswer, Range,
    RetryCost, RunError, RunStatus, Status, Summary, TimeFields, UnavailableSymbol, UsualSeconds, VERSIONS_PER_EPOCH,
    WarningGroup, same_log,
};
pub use outcome::{CANCELLED, completed_phases, failed_phase};
pub use percent::{PhaseEffort, overall_percent};
pub use phase::Phase;
