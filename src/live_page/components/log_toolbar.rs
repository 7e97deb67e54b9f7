//! The controls of the activity log: level filter, time mode, search, line wrapping and copying.

use leptos::{html, prelude::*};

use super::copy_button::CopyButton;
use crate::live_page::{
    browser::{self, Key},
    log_view::{LevelFilter, LogLine, LogView, TimeMode, match_label},
    state::PageState,
};

/// The controls above the log. They are hidden if scripts do not run; the browser's own search and
/// the log download then take their place.
#[component]
pub fn LogToolbar(
    live: PageState,
    /// The scrollable element that contains the log lines.
    scroller: NodeRef<html::Div>,
) -> impl IntoView {
    let LogView { level, time, wraps, .. } = live.log;
    view! {
        <div class="toolbar scripted">
            <select aria-label="Lines" on:change:target=move |event| level.set(LevelFilter::from_id(&event.target().value()))>
                <option value="all">"All lines"</option>
                <option value="warnings">"Warnings and errors"</option>
                <option value="errors">"Errors"</option>
            </select>
            <select
                aria-label="Times"
                prop:value=move || time.get().id()
                on:change:target=move |event| time.set(TimeMode::from_id(&event.target().value()))
            >
                <option value="local">"Local time"</option>
                <option value="utc">"UTC"</option>
                <option value="start">"Since start"</option>
            </select>
            <LogSearch live scroller/>
            <button type="button" class="button tool" aria-pressed=move || wraps.get().to_string() on:click=move |_| wraps.update(|wraps| *wraps = !*wraps)>
                "Wrap"
            </button>
            <CopyButton label="Copy" text=move || browser::shown_lines(scroller)/>
        </div>
    }
}

/// The search box of the log. Scrolls to the selected match and puts a link to that line into the
/// address bar.
#[component]
fn LogSearch(live: PageState, scroller: NodeRef<html::Div>) -> impl IntoView {
    let LogView { query, match_index, follows, .. } = live.log;
    let lines = StoredValue::new(Vec::<LogLine>::new());
    let matches = Memo::new(move |_| {
        if query.with(String::is_empty) {
            return Vec::new();
        }
        // The first search reads the server-rendered lines from the HTML. They are kept in memory
        // until they are removed from the page.
        match live.server_lines.get() {
            0 => lines.set_value(Vec::new()),
            _ if lines.with_value(Vec::is_empty) => lines.set_value(browser::server_lines(scroller)),
            _ => {}
        }
        lines.with_value(|lines| live.matches(lines))
    });
    Effect::new(move |_| matches.with(|matches| browser::mark_matches(scroller, matches)));
    let show = move || {
        let selected = matches.with_untracked(|matches| matches.get(match_index.get_untracked()).copied());
        if let Some(seq) = selected {
            follows.set(false);
            browser::show_line(scroller, seq);
        }
    };
    let step = move |forward: bool| {
        let count = matches.with_untracked(Vec::len);
        if count > 0 {
            match_index.update(|index| *index = (*index + if forward { 1 } else { count - 1 }) % count);
            show();
        }
    };
    let change_query = move |text: String| {
        match_index.set(0);
        query.set(text);
        show();
    };
    let press_key = move |event: leptos::ev::KeyboardEvent| match browser::key_from_event(&event) {
        Key::Enter => step(true),
        Key::ShiftEnter => step(false),
        Key::Escape => query.set(String::new()),
        Key::Other => {}
    };
    let label = Memo::new(move |_| match_label(&query.read(), match_index.get(), matches.with(Vec::len)));
    let has_no_match = move || matches.with(Vec::is_empty);
    view! {
        <div class="search" role="search">
            <input
                type="search"
                id="log-search"
                placeholder="Search"
                aria-label="Search the log"
                aria-describedby="log-matches"
                prop:value=move || query.get()
                on:input:target=move |event| change_query(event.target().value())
                on:keydown=press_key
            />
            <button type="button" class="button tool" aria-label="Previous match" disabled=has_no_match on:click=move |_| step(false)>"\u{2191}"</button>
            <button type="button" class="button tool" aria-label="Next match" disabled=has_no_match on:click=move |_| step(true)>"\u{2193}"</button>
            <span class="small" id="log-matches">{move || label.get()}</span>
        </div>
    }
}
