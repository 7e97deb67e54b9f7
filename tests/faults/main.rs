//! Fault injection tests: the real program runs in a separate process, which is killed at any
//! moment, frozen and resumed, or stopped under load. Other tests lock its database, fill its disk,
//! or compute a run that crashes it.
//!
//! `cargo test` kills the program 20 times, and `make faults` kills it 240 times (`FAULT_CYCLES`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

mod database;
mod kill;
mod poison;
mod process;
mod stop;
mod watch;
mod zombie;
