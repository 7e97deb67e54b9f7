//! Shows whether the page is connected to the server, and how old its data is.

use leptos::prelude::*;
use status::RunStatus;

use crate::live_page::{browser, log_view::TimeMode, poll::Connection, state::PageState};

/// The line at the top right of the live page: *Live*, *Reconnecting in N s*, *Offline*, *Paused*
/// or *Signed out*. After the run, it shows when the run ended and, if there are several attempts,
/// the attempt number.
#[component]
pub fn ConnectionIndicator(live: PageState) -> impl IntoView {
    let class = Memo::new(move |_| match live.connection.get() {
        Connection::Live => "connection live",
        Connection::Fresh | Connection::Over => "connection still",
        _ => "connection stale",
    });
    let label = Memo::new(move |_| match live.connection.get() {
        Connection::Over => end_label(&live),
        // Without scripts, the page does not change until it is reloaded, so show the time at which
        // the server sent the data.
        Connection::Fresh => live.clock.with(|clock| as_of_label(&clock.server_time)),
        connection => connection.label(live.now_ms.get() + live.slept_ms.get(), live.arrived_ms.get()),
    });
    browser::publish_connection(label);
    let can_try_now = Memo::new(move |_| live.connection.get().can_try_now());
    let try_now = move || {
        can_try_now.get().then(|| {
            let poll = move |_| live.try_now.update(|requests| *requests += 1);
            view! { <button type="button" class="button tool" on:click=poll>"Try now"</button> }
        })
    };
    view! {
        <div class="line end">
            <p class=move || class.get() translate="no"><span class="dot" aria-hidden="true"></span>{move || label.get()}</p>
            {try_now}
        </div>
    }
}

/// Returns a label with the time at which the server sent the data, such as "As of 12:04:05 UTC".
fn as_of_label(server_time: &str) -> String {
    let clock = browser::format_clock(server_time, TimeMode::Utc, "");
    format!("As of {} UTC", clock.get(..8).unwrap_or_default())
}

/// Returns a label that says how and when the run ended: "Finished at 12:18" or "Attempt 1 of 2,
/// ended at 12:18".
fn end_label(live: &PageState) -> String {
    live.status.with(|status| {
        let at = status.completed_at.as_deref().map(|end| end_time(live, end)).unwrap_or_default();
        match (status.status == RunStatus::Completed, status.attempts > 1) {
            (true, false) => format!("Finished{at}"),
            (false, false) => format!("Ended{at}"),
            (true, true) => format!("Attempt {} of {}, finished{at}", status.attempt, status.attempts),
            (false, true) => format!("Attempt {} of {}, ended{at}", status.attempt, status.attempts),
        }
    })
}

/// Returns text that says when the run ended, such as " at 12:18". Includes the date unless the run
/// ended today.
fn end_time(live: &PageState, end: &str) -> String {
    // UTC times are labeled as such; local times need no label.
    let (mode, zone) =
        if live.log.time.get() == TimeMode::Local { (TimeMode::Local, "") } else { (TimeMode::Utc, " UTC") };
    let day = browser::format_day(end, mode);
    let is_today = live.clock.with(|clock| browser::format_day(&clock.server_time, mode)) == day;
    let day = if is_today { String::new() } else { format!(" on {day}") };
    let clock = browser::format_clock(end, mode, "");
    format!("{day} at {}{zone}", clock.get(..5).unwrap_or_default())
}
