//! The activity log. It scrolls to each new line unless the user has scrolled up or selected text.
//! Lines are rendered in blocks.

use leptos::{html, prelude::*};
use status::counted;

use super::{
    fold_button::label_fold_buttons, log_lines::LogLines, log_toolbar::LogToolbar, server_lines::server_lines,
};
use crate::live_page::{
    browser,
    log_labels::{count_label, nothing_label},
    log_view::{LogView, TimeMode},
    state::PageState,
};

/// Shown in place of the line count if a finished run has no log lines. Every run writes log lines,
/// so they must have been deleted at the end of their retention period.
const LOG_EXPIRED: &str = "This log is no longer available";

/// The region labeled *Activity log*.
#[component]
pub fn ActivityLog(live: PageState) -> impl IntoView {
    let LogView { level, time, wraps, follows, folded, .. } = live.log;
    let scroller = NodeRef::<html::Div>::new();
    let seen = RwSignal::new(live.last_seq());
    let newest = Memo::new(move |_| live.newest_seq());
    // Scroll to new lines only if the log was at its end before they arrived.
    Effect::new(move |_| {
        let newest = newest.get();
        if !follows.get() {
            return;
        }
        // Scrolling to new lines would move the selected text out of view.
        if browser::is_selecting(scroller) {
            follows.set(false);
            return;
        }
        seen.set(newest);
        browser::scroll_to_end(scroller);
    });
    // Only matches near the visible lines are marked.
    let mark = move || browser::mark_matches(scroller, live.log);
    let keep_at_end = move || {
        if follows.get_untracked() {
            browser::scroll_to_end(scroller);
        }
        browser::in_next_frame(mark);
    };
    // The level filter, folded phases and line wrapping change the height of the log, so scroll to
    // its end again.
    Effect::new(move |_| {
        level.track();
        folded.track();
        wraps.track();
        keep_at_end();
    });
    label_fold_buttons(live, scroller);
    browser::on_line_link(scroller, live.log);
    // Resizing the window also changes the height of the log, because long lines wrap differently.
    browser::on_resize(keep_at_end);
    Effect::new(move |is_first: Option<()>| {
        let mode = time.get();
        // The server renders times in UTC, so the first run of this effect has nothing to do if UTC
        // is selected.
        if is_first.is_some() || mode != TimeMode::Utc {
            browser::set_clocks(scroller, mode, &live.started_at.get_value());
        }
    });
    let more = move || {
        let unseen = newest.get().saturating_sub(seen.get());
        if follows.get() || unseen == 0 {
            return None;
        }
        let label = counted(unseen, "new line");
        let jump = move |_| {
            // Clicking this button removes it, so the focus moves to the log.
            browser::focus_log(scroller);
            follows.set(true);
        };
        Some(view! { <button type="button" class="button jump" on:click=jump>{label}</button> })
    };
    let count = Memo::new(move |_| {
        let (count, missing) = live.count_lines();
        let is_over = live.status.with(status::Status::is_over);
        if is_over && count == 0 { LOG_EXPIRED.to_owned() } else { count_label(count, missing) }
    });
    let nothing = move || nothing_label(level.get(), live.count_shown(level.get()), live.count_lines().0);
    let following = move || match (live.status.with(status::Status::is_over), follows.get()) {
        (false, true) => "Auto-scrolling",
        _ => "",
    };
    view! {
        <section class="card log-card" aria-labelledby="log-title" on:click=move |event| browser::click_in_log(&event, live.log)>
            <div class="line">
                <h2 id="log-title">"Activity log"</h2>
                <LogToolbar live scroller/>
            </div>
            <div
                class="log"
                class:nowrap=move || !wraps.get()
                data-level=move || level.get().id()
                data-folded=move || folded.get()
                id="log"
                role="log"
                aria-live="off"
                aria-labelledby="log-title"
                tabindex="0"
                node_ref=scroller
                on:scroll=move |_| {
                    // Setting the same value again would scroll to the end, against a finger that
                    // has moved the log by a few pixels.
                    let is_at_end = browser::is_at_end(scroller);
                    if follows.get_untracked() != is_at_end {
                        follows.set(is_at_end);
                    }
                    mark();
                }
            >
                {server_lines()}
                <For each=move || live.blocks.get() key=|block| block.key let:block>
                    <LogLines live block/>
                </For>
                <p class="nothing" role="status">{nothing}</p>
            </div>
            <div class="line small">
                <p>{move || count.get()}</p>
                <p class="scripted">{following}</p>
                {more}
                <div class="views" inner_html=views(&live)></div>
            </div>
        </section>
    }
}

/// Returns the HTML of the links that show the log with debug lines and as JSON. Nothing in it
/// changes while the page is open, so it is one string.
fn views(live: &PageState) -> String {
    let (is_over, now) = live.status.with_untracked(|status| (status.is_over(), status.server_time.clone()));
    let (page, of_attempt) = (live.page_url(), live.attempt_parameter());
    let (debug, is_debug) = match live.debug_lines {
        None => (format!("<a href=\"{page}{of_attempt}&amp;debug=1\">Debug lines</a>"), false),
        Some(lines) => {
            let lines = counted(lines, "debug line");
            // Polls bring no debug lines.
            let until =
                if is_over { String::new() } else { format!(" until {} UTC", now.get(11..19).unwrap_or_default()) };
            (format!("<span>{lines}{until}</span><a href=\"{page}{of_attempt}\">Hide debug lines</a>"), true)
        }
    };
    let json = format!("{}?format=json&amp;inline=true&amp;include_debug={is_debug}{of_attempt}", live.log_url());
    format!("{debug}<a href=\"{json}\" target=\"_blank\">JSON</a>")
}
