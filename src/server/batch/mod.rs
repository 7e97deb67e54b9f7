//! Executes runs: schedules them, computes the nine phases in order, and reports their progress.
//!
//! | file | purpose |
//! |---|---|
//! | `engine.rs` | claims runs from the queue for this process, and cancels and stops them |
//! | `active_run.rs` | holds everything that belongs to a run while this process computes it |
//! | `compute_slots/` | limits how many runs compute at once, and keeps the list of waiting runs |
//! | `orchestrator.rs` | executes one run: resumes or reuses finished phases, computes the rest |
//! | `finish.rs` | ends phases and runs, and stores how they ended |
//! | `found.rs` | what the live page shows of the results of phases 6 to 9 |
//! | `key_figures.rs` | value, return and equity curve for the list of portfolios |
//! | `reporter.rs` | reports the progress, log lines and warnings of phases |
//! | `control.rs` | tells a run to stop, after a cancellation or at a shutdown |
//! | `budget/` | checks the maximum cost of a phase before the phase starts |
//! | `plan.rs` | estimates how long each phase takes, for the percentage and the time left |
//! | `outputs.rs` | passes results from phase to phase, and converts them for the store |
//! | `phases/` | computes the nine phases, one module each |
//! | `model/` | defines the data that phases compute on: input, prices, shared regressions |

mod active_run;
mod budget;
mod compute_slots;
mod control;
mod engine;
mod finish;
mod found;
mod key_figures;
pub mod model;
mod orchestrator;
mod outputs;
pub mod phases;
mod plan;
mod reporter;

pub use control::{Control, PhaseResult, Stop};
pub use engine::Engine;
pub use key_figures::total_return;
pub use outputs::Outputs;
pub use plan::{Workload, estimate};
pub use reporter::Reporter;

use std::sync::Arc;

use active_run::ActiveRun;
use finish::RetryUntil;

use crate::server::{market_data::MarketData, metrics::Metrics, store::Store, tracker::Tracker};

/// Services and settings that all runs share.
#[derive(Clone)]
pub struct BatchContext {
    pub store: Arc<dyn Store>,
    pub tracker: Tracker,
    pub market_data: Arc<dyn MarketData>,
    pub metrics: Metrics,
    /// Risk-free rate: effective, as a fraction per year.
    pub risk_free_rate: f64,
}
