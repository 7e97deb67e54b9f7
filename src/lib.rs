//! Portfolio Setup: a user uploads the positions of a portfolio and watches live as nine phases of
//! analytics are computed from market data.
//!
//! | module | holds |
//! |---|---|
//! | `app` | the page routes and the HTML document around them, rendered by the server |
//! | `pages` | one component per page |
//! | [`live_page`] | the only page that is interactive in the browser |
//! | `server` | server-only code: uploads, market data, the nine phases, the store, HTTP |
//!
//! Code that several programs share lives in separate crates under `crates/`. For example, `status`
//! defines the run status that both the browser and the server use.
//!
//! ARCHITECTURE.md describes the project's modules and invariants.

// Leptos views are deeply nested types, which exceed the default recursion limit of 128.
#![recursion_limit = "256"]

pub mod live_page;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Prepares the browser for Leptos islands. The page's loader script then hydrates each island.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
