//! Server-side stand-ins for the functions that need browser APIs. Most of them do nothing.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};

use super::{Copied, Key, Notify};
use status::Found;

use crate::{
    live_page::{
        data::PageData,
        log_search::LogLine,
        log_view::{LevelFilter, LogView, TimeMode},
        state::PageState,
    },
    server::util::clock,
};

/// Returns the page data, which `ProgressPage` put into the Leptos context.
pub fn page_data() -> Option<PageData> {
    use_context()
}

pub fn keep_alive(_live: PageState) {}

pub fn show_found(_found: &[Found], _is_other_run: bool, _is_over: bool) {}

pub fn notify_when_done(_live: PageState, _notify: RwSignal<Notify>) {}

pub fn publish_connection(_label: Memo<String>) {}

pub fn allow_notifications(_notify: RwSignal<Notify>) {}

pub fn listen_to_keys(_live: PageState, _is_on: RwSignal<bool>) {}

pub fn remember_shortcuts(_is_on: bool) {}

pub fn key_from_event(_event: &KeyboardEvent) -> Key {
    Key::Other
}

pub fn copy(_text: String, _copied: RwSignal<Copied>) {}

pub fn is_selecting(_scroller: NodeRef<html::Div>) -> bool {
    false
}

pub fn focus_log(_scroller: NodeRef<html::Div>) {}

/// Returns the date in UTC in every time mode, because the server does not know the user's time
/// zone.
pub fn format_day(timestamp: &str, _mode: TimeMode) -> String {
    super::utc_day(timestamp)
}

pub fn on_resize(_callback: impl Fn() + 'static) {}

pub fn in_next_frame(_action: impl FnOnce() + 'static) {}

pub fn on_line_link(_scroller: NodeRef<html::Div>, _view: LogView) {}

pub fn click_in_log(_event: &MouseEvent, _view: LogView) {}

pub fn label_folds(_scroller: NodeRef<html::Div>, _folded: &str) {}

pub fn shown_lines(_scroller: NodeRef<html::Div>, _filter: LevelFilter) -> String {
    String::new()
}

pub fn is_at_end(_scroller: NodeRef<html::Div>) -> bool {
    true
}

pub fn scroll_to_end(_scroller: NodeRef<html::Div>) {}

pub fn show_line(_scroller: NodeRef<html::Div>, _position: usize, _view: LogView) {}

pub fn read_lines(_scroller: NodeRef<html::Div>, _from: usize) -> Vec<LogLine> {
    Vec::new()
}

pub fn mark_matches(_scroller: NodeRef<html::Div>, _view: LogView) {}

pub fn unmark_matches(_scroller: NodeRef<html::Div>) {}

pub fn set_clocks(_scroller: NodeRef<html::Div>, _mode: TimeMode, _started_at: &str) {}

/// Returns the time of day in UTC in every time mode, because the server does not know the user's
/// time zone.
pub fn format_clock(timestamp: &str, _mode: TimeMode, _started_at: &str) -> String {
    super::utc_clock(timestamp)
}

/// Returns the time `seconds` after a timestamp, as RFC 3339 and as the minute of the day, both in
/// UTC.
pub fn minute_after(timestamp: &str, seconds: u64, _mode: TimeMode) -> (String, u32) {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    let end = clock::from_rfc3339(timestamp).unwrap_or(0) + seconds * 1000;
    let minute = u32::try_from(end.rem_euclid(86_400_000) / 60_000).unwrap_or(0);
    (clock::rfc3339(end), minute)
}

pub fn time_zone() -> String {
    String::new()
}
