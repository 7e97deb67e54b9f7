//! Portfolio Setup: a person uploads the positions of a portfolio and watches, live and truthfully, how it is
//! being set up.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the application: document, router and routes, rendered by the server |
//! | `pages` | one component per page |
//! | [`live_page`] | the one page that comes to life in the browser |
//! | `server` | everything only the server has, from CSV to phases to store |
//!
//! What it shares with other programs is in crates of its own (`crates/`): `status` is what a run looks like, for the
//! browser and the server.
//!
//! ARCHITECTURE.md is the map with its invariants.

// Leptos' types nest deeply.
#![recursion_limit = "256"]

pub mod live_page;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Prepares the browser for islands. The page's loader then brings each of them to life.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
