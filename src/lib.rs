//! Portfolio Setup: a person uploads the positions of a portfolio and watches, live and truthfully, how it is
//! being set up.
//!
//! | module | holds |
//! |---|---|
//! | [`api`] | the server function that the page polls |
//! | [`poll`], [`announce`] | when to ask again; what a screen reader is told |
//! | [`pages`], [`components`] | the live page, rendered by the server and brought to life in the browser |
//! | `server` | everything only the server has, from CSV to phases to store |
//!
//! What it shares with other programs is in crates of its own (`crates/`): `status` is what a run looks like, for the
//! browser and the server.
//!
//! ARCHITECTURE.md is the map with its invariants.

// Leptos' types nest deeply.
#![recursion_limit = "256"]

pub mod announce;
pub mod api;
pub mod components;
pub mod pages;
pub mod poll;

#[cfg(feature = "ssr")]
pub mod server;

/// Brings the live page to life in the browser.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    pages::progress::hydrate();
}
