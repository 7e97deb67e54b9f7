//! The server has no browser.

use leptos::{html, prelude::*};

use crate::components::live::Live;

/// Polling is the browser's.
pub fn keep_alive(_live: Live) {}

/// Nothing scrolls here.
pub fn is_at_end(_scroller: NodeRef<html::Div>) -> bool {
    true
}

/// Nothing scrolls here.
pub fn scroll_to_end(_scroller: NodeRef<html::Div>) {}

/// The reader's zone is not known here.
pub fn local_clock(_timestamp: &str) -> Option<String> {
    None
}
