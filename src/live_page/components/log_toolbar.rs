//! The controls of the activity log: level filter, search, time mode, line wrapping and copying.

use leptos::{html, prelude::*};
use status::format_count;

use super::copy_button::CopyButton;
use crate::live_page::{
    browser::{self, Key},
    log_labels::match_label,
    log_view::{LevelFilter, LogView, TimeMode},
    state::PageState,
};

/// The controls above the log. They are hidden if scripts do not run; the browser's own search and
/// the log download then take their place. On narrow screens, the button *Options* shows the
/// controls that are used less often.
#[component]
pub fn LogToolbar(
    live: PageState,
    /// The scrollable element that contains the log lines.
    scroller: NodeRef<html::Div>,
) -> impl IntoView {
    let LogView { level, time, wraps, .. } = live.log;
    let option = move |filter: LevelFilter, label: &'static str| {
        let label = move || format!("{label} ({})", format_count(live.count_shown(filter)));
        view! { <option value=filter.id()>{label}</option> }
    };
    view! {
        <div class="toolbar scripted">
            <select
                aria-label="Lines"
                prop:value=move || level.get().id()
                on:change:target=move |event| level.set(LevelFilter::from_id(&event.target().value()))
            >
                <option value="all">"All lines"</option>
                {option(LevelFilter::Warnings, "Warnings and errors")}
                {option(LevelFilter::Errors, "Errors")}
            </select>
            <LogSearch live scroller/>
            // The log's card handles the click; the style sheet shows the controls that follow.
            <button type="button" class="button tool narrow" aria-label="Log options" aria-expanded="false">
                "Options"
            </button>
            <select
                class="extra"
                aria-label="Times"
                prop:value=move || time.get().id()
                on:change:target=move |event| time.set(TimeMode::from_id(&event.target().value()))
            >
                <option value="local">"Local time"</option>
                <option value="utc">"UTC"</option>
                <option value="start">"Since start"</option>
            </select>
            <button
                type="button"
                class="button tool extra"
                aria-pressed=move || wraps.get().to_string()
                on:click=move |_| wraps.update(|wraps| *wraps = !*wraps)
            >
                "Wrap"
            </button>
            <span class="extra">
                <CopyButton label="Copy" text=move || browser::shown_lines(scroller, level.get_untracked())/>
            </span>
        </div>
    }
}

/// The search box of the log. Scrolls to the selected match and puts a link to that line into the
/// address bar.
#[component]
fn LogSearch(live: PageState, scroller: NodeRef<html::Div>) -> impl IntoView {
    let log = live.log;
    let LogView { query, search_state, match_count, hidden_count, match_index, follows, level, .. } = log;
    // Reads the lines that have been added to the page since the last call.
    let read = move || {
        search_state.update_value(|state| state.lines.extend(browser::read_lines(scroller, state.lines.len())));
    };
    let search = move || {
        if !query.with_untracked(String::is_empty) {
            read();
        }
        browser::unmark_matches(scroller);
        log.search();
        browser::mark_matches(scroller, log);
    };
    let show = move || {
        let selected = search_state.with_value(|state| state.matches.get(match_index.get_untracked()).copied());
        if let Some(position) = selected {
            follows.set(false);
            browser::show_line(scroller, position, log);
        }
    };
    let step = move |forward: bool| {
        let count = match_count.get_untracked();
        if count > 0 {
            match_index.update(|index| *index = (*index + if forward { 1 } else { count - 1 }) % count);
            show();
        }
    };
    let change_query = move |text: String| {
        match_index.set(0);
        query.set(text);
        search();
        show();
    };
    // New lines, and lines that a changed filter shows or hides, change the matches. The lines are
    // on the page by the next animation frame.
    Effect::new(move |_| {
        level.track();
        let _ = live.newest_seq();
        if !query.with_untracked(String::is_empty) {
            browser::in_next_frame(search);
        }
    });
    let press_key = move |event: leptos::ev::KeyboardEvent| match browser::key_from_event(&event) {
        Key::Enter => step(true),
        Key::ShiftEnter => step(false),
        Key::Escape => change_query(String::new()),
        Key::Other => {}
    };
    let label = Memo::new(move |_| {
        match_label(&query.read(), match_index.get(), match_count.get(), hidden_count.get(), level.get())
    });
    let has_no_match = move || match_count.get() == 0;
    view! {
        <div class="search" role="search">
            <input
                type="search"
                id="log-search"
                placeholder="Search"
                aria-label="Search the log"
                aria-describedby="log-matches"
                prop:value=move || query.get()
                // Reading thousands of lines takes longer than searching them, so they are read
                // before the first key is pressed.
                on:focus=move |_| read()
                on:input:target=move |event| change_query(event.target().value())
                on:keydown=press_key
            />
            <button type="button" class="button tool" aria-label="Previous match" disabled=has_no_match on:click=move |_| step(false)>"\u{2191}"</button>
            <button type="button" class="button tool" aria-label="Next match" disabled=has_no_match on:click=move |_| step(true)>"\u{2193}"</button>
            <span class="small" id="log-matches">{move || label.get()}</span>
        </div>
    }
}
