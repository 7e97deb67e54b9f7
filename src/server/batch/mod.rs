//! Executes runs: schedules them, computes the nine phases in order, and reports their progress.
//!
//! | file | holds |
//! |---|---|
//! | `engine.rs` | the runs of this process: claimed from the queue, cancelled, stopped |
//! | `active_run.rs` | everything that belongs to a run while this process computes it |
//! | `compute_slots/` | the limit on concurrent runs, and the waiting list for a slot |
//! | `orchestrator.rs` | one run: resumes or reuses finished phases and computes the rest |
//! | `finish.rs` | how a phase or a run ends, and how its end is stored |
//! | `reporter.rs` | the interface through which phases report progress, log lines and warnings |
//! | `control.rs` | cancellation and shutdown, checked between items |
//! | `budget/` | the maximum cost of a phase, checked before the phase starts |
//! | `plan.rs` | the expected cost of each phase, for the percentage and the time left |
//! | `outputs.rs` | the results that phases pass to each other and to the store |
//! | `phases/` | one file per phase: reads its inputs, calls `analytics`, reports |
//! | `model/` | the data that phases compute on: input, prices, shared regressions |

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
