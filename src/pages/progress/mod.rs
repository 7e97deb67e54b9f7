//! The live page of one setup: running, complete or failed, with phases and log in the same place throughout.
//!
//! The server renders it whole; the browser takes the same data from the page and goes on from there, so the
//! first paint waits for nothing and no boundary can hang.

pub mod browser;
mod view;

use serde::{Deserialize, Serialize};
use status::Status;

pub use view::ProgressPage;

/// The `id` of the script element that carries [`PageData`] from server to browser.
pub const DATA_ELEMENT: &str = "page-data";

/// What the server renders the page from, and the browser brings it to life with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The status, with all its entries.
    pub status: Status,
    /// Where "View Portfolio Dashboard" leads.
    pub dashboard_url: String,
    /// Where "Sign In" leads, where there is such a place.
    pub sign_in_url: Option<String>,
    /// Why whoever looks at it cannot cancel and retry, where they cannot: in one sentence.
    pub read_only: Option<String>,
}

/// Brings the page to life.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    if let Some(data) = browser::page_data() {
        leptos::mount::hydrate_body(move || leptos::view! { <ProgressPage data/> });
    }
}
