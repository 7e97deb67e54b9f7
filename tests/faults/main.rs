//! Fault injection against the real program in a separate process: kills at any moment, a frozen
//! process that resumes, a locked database, a full disk, a run that crashes its server, and a stop
//! under load.
//!
//! `cargo test` runs a small number of cycles, and `make faults` runs 240 (`FAULT_CYCLES`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

mod database;
mod kill;
mod poison;
mod process;
mod stop;
mod watch;
mod zombie;
