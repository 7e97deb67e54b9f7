//! What a reader can do with the log: filter, choose the clock, search, break lines, copy.

use leptos::{html, prelude::*};

use super::copy_button::CopyButton;
use crate::live_page::{
    browser::{self, Key},
    log_view::{LevelFilter, LogLine, LogView, TimeMode, match_words},
    state::PageState,
};

/// The controls above the log. They need scripts; without them the browser's own search and the download do.
#[component]
pub fn LogToolbar(
    /// The page's state.
    live: PageState,
    /// The log itself.
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

/// The search box: the line of the match that is looked at is in view, and its address in the address bar.
#[component]
fn LogSearch(live: PageState, scroller: NodeRef<html::Div>) -> impl IntoView {
    let LogView { query, at, follows, .. } = live.log;
    let lines = StoredValue::new(Vec::<LogLine>::new());
    let matches = Memo::new(move |_| {
        if query.with(String::is_empty) {
            return Vec::new();
        }
        // The server's lines are read once, at the first search, and forgotten when they are removed.
        match live.server_lines.get() {
            0 => lines.set_value(Vec::new()),
            _ if lines.with_value(Vec::is_empty) => lines.set_value(browser::server_lines(scroller)),
            _ => {}
        }
        lines.with_value(|lines| live.matches(lines))
    });
    Effect::new(move |_| matches.with(|matches| browser::mark_matches(scroller, matches)));
    let show = move || {
        let found = matches.with_untracked(|matches| matches.get(at.get_untracked()).copied());
        if let Some(seq) = found {
            follows.set(false);
            browser::show_line(scroller, seq);
        }
    };
    let step = move |forwards: bool| {
        let count = matches.with_untracked(Vec::len);
        if count > 0 {
            at.update(|at| *at = (*at + if forwards { 1 } else { count - 1 }) % count);
            show();
        }
    };
    let type_query = move |typed: String| {
        at.set(0);
        query.set(typed);
        show();
    };
    let press = move |event: leptos::ev::KeyboardEvent| match browser::key_of(&event) {
        Key::Enter => step(true),
        Key::ShiftEnter => step(false),
        Key::Escape => query.set(String::new()),
        Key::Other => {}
    };
    let words = Memo::new(move |_| match_words(&query.read(), at.get(), matches.with(Vec::len)));
    let is_idle = move || matches.with(Vec::is_empty);
    view! {
        <div class="search" role="search">
            <input
                type="search"
                id="log-search"
                placeholder="Search"
                aria-label="Search the log"
                aria-describedby="log-matches"
                prop:value=move || query.get()
                on:input:target=move |event| type_query(event.target().value())
                on:keydown=press
            />
            <button type="button" class="button tool" aria-label="Previous match" disabled=is_idle on:click=move |_| step(false)>"\u{2191}"</button>
            <button type="button" class="button tool" aria-label="Next match" disabled=is_idle on:click=move |_| step(true)>"\u{2193}"</button>
            <span class="small" id="log-matches">{move || words.get()}</span>
        </div>
    }
}
