//! The search of the activity log in the browser: reads the lines to search from the page, and
//! marks the matches there.

use leptos::{html, prelude::*};
use status::LogLevel;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlCollection};

use super::log::{for_each, in_next_frame, scroll_to, unfold};
use crate::live_page::{log_search::LogLine, log_view::LogView};

/// CSS class of log lines that contain the search text.
const MATCH: &str = "match";

/// CSS class of the selected search match.
const CURRENT: &str = "current";

/// Selects the log line at a position: scrolls to it and puts its link into the address bar without
/// adding a history entry.
pub fn show_line(scroller: NodeRef<html::Div>, position: usize, view: LogView) {
    unmark(scroller, CURRENT);
    let Some(line) = entries(scroller).and_then(|lines| lines.item(index(position))) else { return };
    let _ = line.class_list().add_1(CURRENT);
    // Debug lines have no link. Replace the URL instead of navigating to it, because navigation
    // would take the focus from the search box.
    let id = line.id();
    if let (false, Ok(history)) = (id.is_empty(), window().history()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{id}")));
    }
    unfold(&line, view);
    scroll_to(&line);
    // A line that was folded until now is laid out in the next frame.
    in_next_frame(move || scroll_to(&line));
}

/// Reads the log lines on the page, from the given position on.
pub fn read_lines(scroller: NodeRef<html::Div>, from: usize) -> Vec<LogLine> {
    let Some(entries) = entries(scroller) else { return Vec::new() };
    (index(from)..entries.length()).filter_map(|at| read_line(&entries.item(at)?)).collect()
}

fn read_line(line: &Element) -> Option<LogLine> {
    let level = match line.class_name() {
        class if class.contains("failed") => LogLevel::Error,
        class if class.contains("warning") => LogLevel::Warning,
        _ => LogLevel::Info,
    };
    // The message is the last child node; a word such as "Warning: " may precede it.
    let message = line.last_element_child()?.last_child()?.text_content()?;
    Some(LogLine { level, message })
}

/// Marks the search matches near the visible part of the log. Marking all of them would make the
/// browser restyle thousands of hidden lines.
pub fn mark_matches(scroller: NodeRef<html::Div>, view: LogView) {
    view.search_state.with_value(|state| mark_positions(scroller, &state.matches));
}

fn mark_positions(scroller: NodeRef<html::Div>, matches: &[usize]) {
    let Some(log) = scroller.get_untracked().filter(|_| !matches.is_empty()) else { return };
    let view = log.get_bounding_client_rect();
    let (top, bottom) = (view.top() - view.height(), view.bottom() + view.height());
    let mut first = 0;
    for_each(scroller, ".block", |block| {
        let end = first + block.child_element_count() as usize;
        let place = block.get_bounding_client_rect();
        if place.bottom() > top && place.top() < bottom {
            let lines = block.children();
            let from = matches.partition_point(|&position| position < first);
            for position in matches[from..].iter().take_while(|&&position| position < end) {
                if let Some(line) = lines.item(index(position - first)) {
                    let _ = line.class_list().add_1(MATCH);
                }
            }
        }
        first = end;
    });
}

/// Removes the marks of all search matches.
pub fn unmark_matches(scroller: NodeRef<html::Div>) {
    unmark(scroller, MATCH);
    unmark(scroller, CURRENT);
}

fn unmark(scroller: NodeRef<html::Div>, class: &str) {
    // The list of elements must not be a live collection: each change of a class would make the
    // browser collect its elements again.
    for_each(scroller, &format!(".{class}"), |line| {
        let _ = line.class_list().remove_1(class);
    });
}

/// Returns all log lines on the page.
fn entries(scroller: NodeRef<html::Div>) -> Option<HtmlCollection> {
    scroller.get_untracked().map(|log| log.get_elements_by_class_name("entry"))
}

/// Converts a position to an index of the DOM, whose numbers have 32 bits.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
