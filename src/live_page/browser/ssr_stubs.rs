//! The server has no browser: what only a browser can do, does nothing here.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{Copied, Key, Notify};
use crate::live_page::{
    data::PageData,
    log_view::{LogLine, TimeMode},
    state::PageState,
};

/// The data that the page is rendered from.
pub fn page_data() -> Option<PageData> {
    use_context()
}

/// Polling is the browser's.
pub fn keep_alive(_live: PageState) {}

/// Nobody is told anything here.
pub fn notify_at_the_end(_live: PageState, _notify: RwSignal<Notify>) {}

/// Nobody is asked here.
pub fn allow_notifications(_notify: RwSignal<Notify>) {}

/// There are no keys here.
pub fn listen_to_keys(_live: PageState, _is_on: RwSignal<bool>) {}

/// Nothing is remembered here.
pub fn remember_shortcuts(_is_on: bool) {}

/// There are no keys here.
pub fn key_of(_event: &KeyboardEvent) -> Key {
    Key::Other
}

/// There is no clipboard here.
pub fn copy(_text: String, _copied: RwSignal<Copied>) {}

/// Nothing is selected here.
pub fn is_selecting(_scroller: NodeRef<html::Div>) -> bool {
    false
}

/// Nothing has the focus here.
pub fn focus_log(_scroller: NodeRef<html::Div>) {}

/// The day in UTC: the reader's zone is not known here.
pub fn day_of(timestamp: &str, _mode: TimeMode) -> String {
    super::utc_day(timestamp)
}

/// There is no window here.
pub fn on_resize(_act: impl Fn() + 'static) {}

/// No line is shown here.
pub fn shown_lines(_scroller: NodeRef<html::Div>) -> String {
    String::new()
}

/// Nothing scrolls here.
pub fn is_at_end(_scroller: NodeRef<html::Div>) -> bool {
    true
}

/// Nothing scrolls here.
pub fn scroll_to_end(_scroller: NodeRef<html::Div>) {}

/// Nothing scrolls here.
pub fn show_line(_scroller: NodeRef<html::Div>, _seq: u64) {}

/// The lines are not in a page yet.
pub fn server_lines(_scroller: NodeRef<html::Div>) -> Vec<LogLine> {
    Vec::new()
}

/// Nothing is looked for here.
pub fn mark_matches(_scroller: NodeRef<html::Div>, _matches: &[u64]) {}

/// The page leaves here in UTC.
pub fn set_clocks(_scroller: NodeRef<html::Div>, _mode: TimeMode, _started_at: &str) {}

/// The time of day in UTC: the reader's zone is not known here.
pub fn clock_words(timestamp: &str, _mode: TimeMode, _started_at: &str) -> String {
    super::utc_clock(timestamp)
}

/// The reader's zone is not known here.
pub fn time_zone() -> String {
    String::new()
}
