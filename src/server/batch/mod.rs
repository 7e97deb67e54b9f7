//! Runs a setup: which phases, in which order, with what input, and what is said about it.
//!
//! | file | holds |
//! |---|---|
//! | `engine.rs` | the runs of this process: taken from the queue, cancelled, stopped |
//! | `active_run.rs` | a run under way, with all that belongs to it |
//! | `compute_slots/` | how many runs compute concurrently, and the line of waiting runs |
//! | `orchestrator.rs` | one run: resume, reuse, the nine phases, the end |
//! | `finish.rs` | the end of a phase and of a run, however it comes, and its way into the store |
//! | `reporter.rs` | the only way a phase can say anything |
//! | `control.rs` | cancelling and shutting down, checked between items |
//! | `budget/` | what a phase may cost, checked before it begins |
//! | `plan.rs` | what each phase is expected to cost, for percent and time left |
//! | `outputs.rs` | what the phases hand to each other and to the store |
//! | `phases/` | one file a phase: reads inputs, calls `analytics`, reports |
//! | `model/` | what phases compute on: input, price panel, position prices, shared regressions |

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
use finish::GivesUp;

use crate::server::{market_data::MarketData, metrics::Metrics, store::Store, tracker::Tracker};

/// What every run needs.
#[derive(Clone)]
pub struct BatchContext {
    /// Where runs are kept.
    pub store: Arc<dyn Store>,
    /// Where runs are watched.
    pub tracker: Tracker,
    /// Where prices come from.
    pub market_data: Arc<dyn MarketData>,
    /// What operators measure.
    pub metrics: Metrics,
}
