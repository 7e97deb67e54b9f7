//! Fault injection tests. They run the real program in a separate process and kill it at various
//! moments, freeze and resume it, or stop it under load. They also lock its database, fill its
//! disk, and start a run that crashes it.
//!
//! `cargo test` kills the program 20 times; `make faults` kills it 240 times (`FAULT_CYCLES`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

mod database;
mod kill;
mod poison;
mod process;
mod stop;
mod watch;
mod zombie;
