//! What must survive: kills at any moment, a process that comes back from the dead, a locked database, a full disk, a
//! run that kills its server, a stop under load. Against the real program as a process of its own.
//!
//! `cargo test` runs it bounded; `make faults` in full (`FAULT_CYCLES`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

mod database;
mod kill;
mod poison;
mod process;
mod stop;
mod watch;
mod zombie;
