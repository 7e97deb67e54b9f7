//! Operations on the activity log in the browser. Log lines are static HTML, so when the user
//! changes a setting, this module updates their displayed times and search marks line by line.

use leptos::{html, prelude::*};
use status::LogLevel;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, NodeList, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{utc_clock, utc_day};
use crate::live_page::log_view::{LogLine, TimeMode};

/// The log counts as scrolled to its end if it is less than this many CSS pixels away from it.
const END_TOLERANCE: i32 = 24;

/// Scrolling to the end of the log takes at most this many animation frames after the first one.
const SCROLL_FRAMES: u32 = 6;

/// CSS class of log lines that contain the search text.
const MATCH: &str = "match";

/// CSS class of the selected search match.
const CURRENT: &str = "current";

/// Returns whether the log is scrolled to its end.
pub fn is_at_end(scroller: NodeRef<html::Div>) -> bool {
    scroller
        .get_untracked()
        .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < END_TOLERANCE)
}

/// Scrolls to the end of the log once the browser has laid out the newest lines.
pub fn scroll_to_end(scroller: NodeRef<html::Div>) {
    scroll_down(scroller, SCROLL_FRAMES);
}

/// Scrolls down in each of the next animation frames until the end of the log is visible. One frame
/// is not enough: blocks of lines that enter the viewport can turn out taller than the browser
/// estimated, which moves the end of the log.
fn scroll_down(scroller: NodeRef<html::Div>, frames: u32) {
    request_animation_frame(move || {
        let Some(log) = scroller.get_untracked() else { return };
        let is_there = is_at_end(scroller);
        log.set_scroll_top(log.scroll_height());
        if frames > 0 && (frames == SCROLL_FRAMES || !is_there) {
            scroll_down(scroller, frames - 1);
        }
    });
}

/// Returns whether the user has selected text in the log.
pub fn is_selecting(scroller: NodeRef<html::Div>) -> bool {
    let selection = window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
    let node = selection.and_then(|selection| selection.anchor_node());
    scroller.get_untracked().is_some_and(|log| log.contains(node.as_ref()))
}

/// Moves the focus to the log and clears the text selection.
pub fn focus_log(scroller: NodeRef<html::Div>) {
    if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.remove_all_ranges();
    }
    if let Some(log) = scroller.get_untracked() {
        let _ = log.focus();
    }
}

/// Returns the date of a timestamp, in the user's time zone if `mode` is [`TimeMode::Local`] and in
/// UTC otherwise.
pub fn format_day(timestamp: &str, mode: TimeMode) -> String {
    if mode != TimeMode::Local {
        return utc_day(timestamp);
    }
    let date = js_sys::Date::new(&JsValue::from_str(timestamp));
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// Calls `callback` whenever the browser window is resized. The listener is never removed, because
/// the live page exists as long as the document.
pub fn on_resize(callback: impl Fn() + 'static) {
    window_event_listener(leptos::ev::resize, move |_| callback());
}

/// Returns whether the page's URL has the fragment of a log line, such as `#L123`.
pub(super) fn url_links_to_line() -> bool {
    window().location().hash().is_ok_and(|hash| hash.starts_with("#L"))
}

/// Selects a log line: scrolls to it and puts its link into the address bar without adding a
/// history entry.
pub fn show_line(scroller: NodeRef<html::Div>, seq: u64) {
    unmark(scroller, CURRENT);
    let id = format!("L{seq}");
    if let Some(line) = document().get_element_by_id(&id) {
        let _ = line.class_list().add_1(CURRENT);
        // Replace the URL instead of navigating to it, because navigation would take the focus from
        // the search box.
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{id}")));
        }
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Center);
        line.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Reads the server-rendered log lines from the HTML.
pub fn server_lines(scroller: NodeRef<html::Div>) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for_each(scroller, "leptos-children .entry", |line| lines.extend(read_line(&line)));
    lines
}

fn read_line(line: &Element) -> Option<LogLine> {
    let seq = line.id().strip_prefix('L')?.parse().ok()?;
    let classes = line.class_list();
    let level = match (classes.contains("failed"), classes.contains("warning")) {
        (true, _) => LogLevel::Error,
        (_, true) => LogLevel::Warning,
        _ => LogLevel::Info,
    };
    // The message is the last child node; a visually hidden "Warning: " or "Error: " may precede
    // it.
    let message = line.query_selector(".message").ok()??.last_child()?.text_content()?;
    Some(LogLine { seq, level, message })
}

/// Removes the server-rendered log lines from the page. Leptos does not track them, so it cannot
/// remove them itself.
pub(super) fn remove_server_lines() {
    if let Ok(Some(lines)) = document().query_selector("leptos-children") {
        lines.set_text_content(None);
    }
}

/// Marks the log lines with the given sequence numbers as search matches, and unmarks all others.
pub fn mark_matches(scroller: NodeRef<html::Div>, matches: &[u64]) {
    unmark(scroller, MATCH);
    if matches.is_empty() {
        unmark(scroller, CURRENT);
    }
    for seq in matches {
        if let Some(line) = document().get_element_by_id(&format!("L{seq}")) {
            let _ = line.class_list().add_1(MATCH);
        }
    }
}

fn unmark(scroller: NodeRef<html::Div>, class: &str) {
    for_each(scroller, &format!(".{class}"), |line| {
        let _ = line.class_list().remove_1(class);
    });
}

/// Updates the displayed time of every log line after the user has changed the time mode.
pub fn set_clocks(scroller: NodeRef<html::Div>, mode: TimeMode, started_at: &str) {
    for_each(scroller, "time", |time| {
        if let Some(timestamp) = time.get_attribute("datetime") {
            time.set_text_content(Some(&format_clock(&timestamp, mode, started_at)));
        }
    });
}

/// Returns the visible log lines as plain text, each with its time and message. Lines that the
/// level filter hides are left out.
pub fn shown_lines(scroller: NodeRef<html::Div>) -> String {
    let mut text = String::new();
    for_each(scroller, "li", |line| {
        let part = |selector: &str| {
            line.query_selector(selector).ok().flatten().and_then(|part| part.text_content()).unwrap_or_default()
        };
        let is_shown = line.dyn_ref::<HtmlElement>().is_some_and(|line| line.offset_parent().is_some());
        if is_shown {
            text.extend([part("time"), "  ".to_owned(), part(".message"), "\n".to_owned()]);
        }
    });
    text
}

fn for_each(scroller: NodeRef<html::Div>, selector: &str, action: impl FnMut(Element)) {
    let nodes: Option<NodeList> = scroller.get_untracked().and_then(|log| log.query_selector_all(selector).ok());
    if let Some(nodes) = nodes {
        (0..nodes.length()).filter_map(|index| nodes.item(index)?.dyn_into().ok()).for_each(action);
    }
}

/// Formats a timestamp for a log line: the time of day in the user's time zone or in UTC, or the
/// time since the start of the attempt.
pub fn format_clock(timestamp: &str, mode: TimeMode, started_at: &str) -> String {
    let date = |text: &str| js_sys::Date::new(&JsValue::from_str(text));
    match mode {
        TimeMode::Utc => utc_clock(timestamp),
        TimeMode::Local => {
            let date = date(timestamp);
            hh_mm_ss(date.get_hours(), date.get_minutes(), date.get_seconds())
        }
        TimeMode::SinceStart => {
            // The seconds fit into a `u32`: they are never negative, and runs take a few days at
            // most.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let seconds = ((date(timestamp).get_time() - date(started_at).get_time()) / 1000.0).max(0.0) as u32;
            hh_mm_ss(seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
    }
}

/// Returns the time `seconds` after a timestamp, both as RFC 3339 in UTC and as the minute of the
/// day. The minute is in UTC if `mode` is [`TimeMode::Utc`], else in the user's time zone.
pub fn minute_after(timestamp: &str, seconds: u64, mode: TimeMode) -> (String, u32) {
    let start = js_sys::Date::new(&JsValue::from_str(timestamp)).get_time();
    let end = js_sys::Date::new(&JsValue::from_f64(start + seconds as f64 * 1000.0));
    let minute = if mode == TimeMode::Utc {
        end.get_utc_hours() * 60 + end.get_utc_minutes()
    } else {
        end.get_hours() * 60 + end.get_minutes()
    };
    // An invalid date has no text, and its hours and minutes are 0.
    let at = end.to_json().as_string().unwrap_or_default();
    (at, minute)
}

fn hh_mm_ss(hours: u32, minutes: u32, seconds: u32) -> String {
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

/// Returns the name of the user's time zone, such as `America/New_York`.
pub fn time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
