//! Executes runs: schedules them, computes the nine phases in order, and reports their progress.
//!
//! | file | purpose |
//! |---|---|
//! | `engine.rs` | claims the runs of this process from the queue, cancels and stops them |
//! | `active_run.rs` | keeps everything that belongs to a run while this process computes it |
//! | `compute_slots/` | limits concurrent runs, and keeps the waiting list for a slot |
//! | `orchestrator.rs` | executes one run: resumes or reuses finished phases, computes the rest |
//! | `finish.rs` | ends a phase or a run, and stores its end |
//! | `reporter.rs` | takes the phases' progress, log lines and warnings |
//! | `control.rs` | tells a run to stop, after a cancellation or at a shutdown |
//! | `budget/` | checks the maximum cost of a phase before the phase starts |
//! | `plan.rs` | estimates the time of each phase, for the percentage and the time left |
//! | `outputs.rs` | passes results from phase to phase, and converts them for the store |
//! | `phases/` | computes the phases, one module each: reads inputs, calls `analytics`, reports |
//! | `model/` | defines the data that phases compute on: input, prices, shared regressions |

mod active_run;
mod budget;
mod compute_slots;
mod control;
mod engine;
mod finish;
pub mod model;
mod orchestrator;
mod outputs;
pub mod phases;
mod plan;
mod reporter;

pub use control::{Control, PhaseResult, Stop};
pub use engine::Engine;
pub use outputs::Outputs;
pub use reporter::Reporter;

use std::sync::Arc;

use active_run::ActiveRun;
use finish::RetryUntil;

use crate::server::{market_data::MarketData, metrics::Metrics, store::Store, tracker::Tracker};

/// Services that all runs share: store, tracker, market data and metrics.
#[derive(Clone)]
pub struct BatchContext {
    pub store: Arc<dyn Store>,
    pub tracker: Tracker,
    pub market_data: Arc<dyn MarketData>,
    pub metrics: Metrics,
}
