//! Operations on the activity log in the browser: scrolling, folded phases, displayed times and
//! copying. Log lines are static HTML, so these functions change the elements themselves.

use std::cell::Cell;

use leptos::{ev::MouseEvent, html, prelude::*};
use status::counted;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, NodeList, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{utc_clock, utc_day};
use crate::live_page::log_view::{LevelFilter, LogView, TimeMode};

/// The log counts as scrolled to its end if it is less than this many CSS pixels away from it.
const END_TOLERANCE: i32 = 24;

/// Scrolling to the end of the log takes at most this many animation frames after the first one.
const SCROLL_FRAMES: u32 = 6;

thread_local! {
    /// Number of times that the log was scrolled. Only the newest scrolling goes on.
    static SCROLLS: Cell<u32> = const { Cell::new(0) };
}

fn next_scroll() -> u32 {
    SCROLLS.set(SCROLLS.get().wrapping_add(1));
    SCROLLS.get()
}

/// Returns whether the log is scrolled to its end.
pub fn is_at_end(scroller: NodeRef<html::Div>) -> bool {
    scroller
        .get_untracked()
        .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < END_TOLERANCE)
}

/// Scrolls to the end of the log once the browser has laid out the newest lines.
pub fn scroll_to_end(scroller: NodeRef<html::Div>) {
    scroll_down(scroller, next_scroll(), SCROLL_FRAMES);
}

/// Scrolls down in each of the next animation frames until the end of the log is visible. One frame
/// is not enough: blocks of lines that enter the viewport can turn out taller than the browser
/// estimated, which moves the end of the log. Stops as soon as the log scrolls somewhere else, for
/// example because the user has searched for an earlier line.
fn scroll_down(scroller: NodeRef<html::Div>, number: u32, frames: u32) {
    request_animation_frame(move || {
        let Some(log) = scroller.get_untracked().filter(|_| SCROLLS.get() == number) else { return };
        let is_there = is_at_end(scroller);
        log.set_scroll_top(log.scroll_height());
        if frames > 0 && (frames == SCROLL_FRAMES || !is_there) {
            scroll_down(scroller, number, frames - 1);
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

/// Shows the line that the page's URL links to whenever the fragment of the URL changes. The
/// browser has scrolled to that line by then, unless it is hidden.
pub fn on_line_link(scroller: NodeRef<html::Div>, view: LogView) {
    // The listener is never removed, because the live page exists as long as the document.
    window_event_listener(leptos::ev::hashchange, move |_| {
        let hash = window().location().hash().unwrap_or_default();
        let line = document().get_element_by_id(hash.trim_start_matches('#'));
        let log = scroller.get_untracked();
        if let Some(line) = line.filter(|line| log.is_some_and(|log| log.contains(Some(line)))) {
            view.follows.set(false);
            view.level.set(LevelFilter::All);
            unfold(&line, view);
            in_next_frame(move || scroll_to(&line));
        }
    });
}

/// Unfolds the phase of a line.
pub(super) fn unfold(line: &Element, view: LogView) {
    if let Some(phase) = line.parent_element().and_then(|block| block.get_attribute("data-phase")) {
        view.unfold_phase(&phase);
    }
}

pub(super) fn scroll_to(line: &Element) {
    next_scroll();
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    line.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Runs `action` in the next animation frame, when the page has all elements that effects of the
/// current event add or change.
pub fn in_next_frame(action: impl FnOnce() + 'static) {
    request_animation_frame(action);
}

/// Removes the server-rendered log lines from the page. Leptos does not track them, so it cannot
/// remove them itself.
pub(super) fn remove_server_lines() {
    if let Ok(Some(lines)) = document().query_selector(".log > leptos-children") {
        lines.set_text_content(None);
    }
}

/// Handles a click on one of the log's buttons whose HTML is static: those that fold a phase, and
/// the one that shows more controls.
pub fn click_in_log(event: &MouseEvent, view: LogView) {
    let clicked: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(button) = clicked.and_then(|clicked| clicked.closest("[aria-expanded]").ok().flatten()) else { return };
    match button.get_attribute("data-phase") {
        Some(phase) => view.toggle_phase(&phase),
        None => set_expanded(&button, button.get_attribute("aria-expanded").as_deref() == Some("false")),
    }
}

fn set_expanded(button: &Element, is_expanded: bool) {
    let _ = button.set_attribute("aria-expanded", if is_expanded { "true" } else { "false" });
}

/// Updates the buttons that fold phases: each shows whether its phase is folded, and how many lines
/// that hides.
pub fn label_folds(scroller: NodeRef<html::Div>, folded: &str) {
    for_each(scroller, ".fold button", |button| {
        let phase = button.get_attribute("data-phase").unwrap_or_default();
        let is_folded = folded.contains(&phase);
        let lines = format!(".block[data-phase=\"{phase}\"] .entry");
        let hidden = scroller.get_untracked().and_then(|log| log.query_selector_all(&lines).ok());
        let hidden =
            hidden.filter(|_| is_folded).map(|lines| counted(u64::from(lines.length()).saturating_sub(1), "line"));
        let name = hidden.as_deref().unwrap_or("Lines");
        set_expanded(&button, !is_folded);
        let _ = button.set_attribute("aria-label", &format!("{name} of phase {phase}"));
        button.set_text_content(hidden.as_deref());
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

/// Returns the log lines that the level filter shows as plain text, each with its time and message.
pub fn shown_lines(scroller: NodeRef<html::Div>, filter: LevelFilter) -> String {
    let selector = match filter {
        LevelFilter::All => ".entry",
        LevelFilter::Warnings => ".entry.warning, .entry.failed",
        LevelFilter::Errors => ".entry.failed",
    };
    let mut text = String::new();
    for_each(scroller, selector, |line| {
        let part = |selector: &str| {
            line.query_selector(selector).ok().flatten().and_then(|part| part.text_content()).unwrap_or_default()
        };
        text.extend([part("time"), "  ".to_owned(), part(".message"), "\n".to_owned()]);
    });
    text
}

pub(super) fn for_each(scroller: NodeRef<html::Div>, selector: &str, action: impl FnMut(Element)) {
    let nodes: Option<NodeList> = scroller.get_untracked().and_then(|log| log.query_selector_all(selector).ok());
    if let Some(nodes) = nodes {
        (0..nodes.length()).filter_map(|index| nodes.item(index)?.dyn_into().ok()).for_each(action);
    }
}

/// Formats a timestamp for a log line, with milliseconds: the time of day in the user's time zone
/// or in UTC, or the time since the start of the attempt.
pub fn format_clock(timestamp: &str, mode: TimeMode, started_at: &str) -> String {
    let date = |text: &str| js_sys::Date::new(&JsValue::from_str(text));
    match mode {
        TimeMode::Utc => utc_clock(timestamp),
        TimeMode::Local => {
            let date = date(timestamp);
            clock([date.get_hours(), date.get_minutes(), date.get_seconds(), date.get_milliseconds()])
        }
        TimeMode::SinceStart => {
            // The milliseconds fit into a `u32`: they are never negative, and runs take a few days
            // at most.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let ms = (date(timestamp).get_time() - date(started_at).get_time()).max(0.0) as u32;
            clock([ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000])
        }
    }
}

fn clock([hours, minutes, seconds, ms]: [u32; 4]) -> String {
    format!("{hours:02}:{minutes:02}:{seconds:02}.{ms:03}")
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

/// Returns the name of the user's time zone, such as `America/New_York`.
pub fn time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
