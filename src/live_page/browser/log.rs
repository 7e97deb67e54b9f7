//! The log in the browser. Its lines are static: clocks and matches are set line by line when the reader asks.

use leptos::{html, prelude::*};
use status::LogLevel;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, NodeList, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{utc_clock, utc_day};
use crate::live_page::log_view::{LogLine, TimeMode};

/// How close to the end of the log counts as at the end, in CSS pixels.
const END_TOLERANCE: i32 = 24;

/// In so many frames at most the end of the log is looked for again.
const FRAMES: u32 = 6;

/// The class of a line that holds what is looked for.
const MATCH: &str = "match";

/// The class of the one that is looked at.
const CURRENT: &str = "current";

/// Whether the end of the log is in sight.
pub fn is_at_end(scroller: NodeRef<html::Div>) -> bool {
    scroller
        .get_untracked()
        .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < END_TOLERANCE)
}

/// Shows the end of the log, once the newest lines are laid out.
pub fn scroll_to_end(scroller: NodeRef<html::Div>) {
    scroll_down(scroller, FRAMES);
}

/// Blocks that come into sight turn out to be higher than they were taken for, which moves the end away.
fn scroll_down(scroller: NodeRef<html::Div>, frames: u32) {
    request_animation_frame(move || {
        let Some(log) = scroller.get_untracked() else { return };
        let is_there = is_at_end(scroller);
        log.set_scroll_top(log.scroll_height());
        if frames > 0 && (frames == FRAMES || !is_there) {
            scroll_down(scroller, frames - 1);
        }
    });
}

/// Whether the reader has selected something in the log.
pub fn is_selecting(scroller: NodeRef<html::Div>) -> bool {
    let selection = window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
    let node = selection.and_then(|selection| selection.anchor_node());
    scroller.get_untracked().is_some_and(|log| log.contains(node.as_ref()))
}

/// Moves the focus to the log, and lets go of what was selected.
pub fn focus_log(scroller: NodeRef<html::Div>) {
    if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.remove_all_ranges();
    }
    if let Some(log) = scroller.get_untracked() {
        let _ = log.focus();
    }
}

/// The day of a timestamp, in the reader's zone or in UTC.
pub fn day_of(timestamp: &str, mode: TimeMode) -> String {
    if mode != TimeMode::Local {
        return utc_day(timestamp);
    }
    let date = js_sys::Date::new(&JsValue::from_str(timestamp));
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// Calls whenever the window has another size. The page lives as long as the document: nothing has to be taken back.
pub fn on_resize(act: impl Fn() + 'static) {
    window_event_listener(leptos::ev::resize, move |_| act());
}

/// Whether the address names a line.
pub(super) fn address_names_a_line() -> bool {
    window().location().hash().is_ok_and(|hash| hash.starts_with("#L"))
}

/// Shows a line and puts its address into the address bar, without an entry in the history.
pub fn show_line(scroller: NodeRef<html::Div>, seq: u64) {
    unmark(scroller, CURRENT);
    let id = format!("L{seq}");
    if let Some(line) = document().get_element_by_id(&id) {
        let _ = line.class_list().add_1(CURRENT);
        // Going to the address would take the focus from whoever types.
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{id}")));
        }
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Center);
        line.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Reads the lines that the server rendered.
pub fn server_lines(scroller: NodeRef<html::Div>) -> Vec<LogLine> {
    let mut lines = Vec::new();
    each(scroller, "leptos-children .entry", |line| lines.extend(read_line(&line)));
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
    // The last node: before it stands the word for a screen reader.
    let message = line.query_selector(".message").ok()??.last_child()?.text_content()?;
    Some(LogLine { seq, level, message })
}

/// Removes the lines that the server rendered. Leptos does not track them, so it cannot.
pub(super) fn remove_server_lines() {
    if let Ok(Some(lines)) = document().query_selector("leptos-children") {
        lines.set_text_content(None);
    }
}

/// Marks the lines that hold what is looked for, and no others.
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
    each(scroller, &format!(".{class}"), |line| {
        let _ = line.class_list().remove_1(class);
    });
}

/// Sets the clock of every line.
pub fn set_clocks(scroller: NodeRef<html::Div>, mode: TimeMode, started_at: &str) {
    each(scroller, "time", |time| {
        if let Some(timestamp) = time.get_attribute("datetime") {
            time.set_text_content(Some(&clock_words(&timestamp, mode, started_at)));
        }
    });
}

/// The lines that the filter shows, as text.
pub fn shown_lines(scroller: NodeRef<html::Div>) -> String {
    let mut text = String::new();
    each(scroller, "li", |line| {
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

fn each(scroller: NodeRef<html::Div>, selector: &str, act: impl FnMut(Element)) {
    let found: Option<NodeList> = scroller.get_untracked().and_then(|log| log.query_selector_all(selector).ok());
    if let Some(found) = found {
        (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).for_each(act);
    }
}

/// The clock of a line: the time of day in the reader's zone or in UTC, or the time since the start.
pub fn clock_words(timestamp: &str, mode: TimeMode, started_at: &str) -> String {
    let date = |text: &str| js_sys::Date::new(&JsValue::from_str(text));
    match mode {
        TimeMode::Utc => utc_clock(timestamp),
        TimeMode::Local => {
            let date = date(timestamp);
            three(date.get_hours(), date.get_minutes(), date.get_seconds())
        }
        TimeMode::SinceStart => {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at least 0, and of some days at most
            let seconds = ((date(timestamp).get_time() - date(started_at).get_time()) / 1000.0).max(0.0) as u32;
            three(seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
    }
}

fn three(hours: u32, minutes: u32, seconds: u32) -> String {
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

/// The name of the reader's zone.
pub fn time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
