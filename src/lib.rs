//! Portfolio Setup: a person uploads the positions of a portfolio and watches, live and truthfully, how it is
//! being set up.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the application: document, router and routes, rendered by the server |
//! | `pages` | one component per page |
//! | [`live_page`] | the one page that comes to life in the browser |
//! | [`status`] | what a run looks like: wire types and pure decisions, for browser and server |
//! | `server` | everything only the server has, from CSV to phases to store |
//!
//! ARCHITECTURE.md is the map with its invariants.

// Leptos' types nest deeply.
#![recursion_limit = "256"]

pub mod live_page;
pub mod status;

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
