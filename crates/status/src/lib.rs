//! The status of a run: the types that the API sends, and pure functions over them.
//!
//! This crate is compiled for the server and for the browser. It has no clock, store or network;
//! callers pass the time in. The code that changes a run is in `server::tracker`.
//!
//! | file | contents |
//! |---|---|
//! | `phase.rs` | the nine phases: id, name, unit and messages of each |
//! | `model.rs` | the status object of the API, which the page reads as well |
//! | `duration.rs` | durations and counts as text, such as "3m 24s" and "6 to 9 min left" |
//! | `percent.rs` | the overall percentage, weighted by time, which never falls |
//! | `eta.rs` | the range of time left |
//! | `finish.rs` | the time of day at which a run is expected to end |
//! | `milestones.rs` | which items of a long phase get a visible line in the log |
//! | `outcome/` | sentences about what completed, what failed and what to do |
//! | `page_limits.rs` | how many symbols the live page gets |
//! | `retry_key.rs` | the idempotency key that the forms of a retry send |
//! | `sentences.rs` | sentences that both the server and the live page show |

mod duration;
mod eta;
mod finish;
mod milestones;
mod model;
mod outcome;
mod page_limits;
mod percent;
mod phase;
mod retry_key;
mod sentences;

pub use duration::{
    counted, format_about, format_count, format_duration, format_exact, format_replayed, format_time_left, format_took,
    format_usual, format_wait,
};
pub use eta::time_left;
pub use finish::{format_finish, seconds_to_finish};
pub use milestones::is_milestone;
pub use model::{
    Change, CurrentPhaseProgress, Fixer, Found, LogEntry, LogLevel, OverallProgress, PhaseState, PhaseStatus,
    PollAnswer, Range, RetryCost, RunError, RunStatus, Status, Summary, TimeFields, UnavailableSymbol, UsualSeconds,
    VERSIONS_PER_EPOCH, WarningGroup, same_log,
};
pub use outcome::{CANCELLED, Failure, completed_phases, failed_phase};
pub use page_limits::{LISTED_SYMBOLS, SHOWN_SYMBOLS};
pub use percent::{PhaseEffort, overall_percent};
pub use phase::Phase;
pub use retry_key::retry_key;
pub use sentences::{LEFT_OUT, STORE_BUSY};
