//! What stands between the page and the server, and how old what is shown is.

use leptos::prelude::*;
use status::RunStatus;

use crate::live_page::{browser, log_view::TimeMode, poll::Connection, state::PageState};

/// The line at the top right: *Live*, *Reconnecting in N s*, *Offline*, *Paused*, *Signed out*; after the end, when it
/// was and which attempt.
#[component]
pub fn ConnectionIndicator(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let class = Memo::new(move |_| match live.connection.get() {
        Connection::Live => "connection live",
        Connection::Fresh | Connection::Over => "connection still",
        _ => "connection stale",
    });
    let words = Memo::new(move |_| match live.connection.get() {
        Connection::Over => ended_words(&live),
        // Without scripts it stays so until the next page: the age of what is shown is what there is to say.
        Connection::Fresh => live.clock.with(|clock| as_of_words(&clock.server_time)),
        connection => connection.label(live.now_ms.get() + live.slept_ms.get(), live.arrived_ms.get()),
    });
    let can_try_now = Memo::new(move |_| live.connection.get().can_try_now());
    let try_now = move || {
        can_try_now.get().then(|| {
            let ask = move |_| live.try_now.update(|asked| *asked += 1);
            view! { <button type="button" class="button tool" on:click=ask>"Try now"</button> }
        })
    };
    view! {
        <div class="line end">
            <p class=move || class.get()><span class="dot" aria-hidden="true"></span>{move || words.get()}</p>
            {try_now}
        </div>
    }
}

/// "As of 12:04:05 UTC".
fn as_of_words(server_time: &str) -> String {
    format!("As of {} UTC", browser::clock_words(server_time, TimeMode::Utc, ""))
}

/// "Finished at 12:18", or "Attempt 1 of 2, ended at 12:18".
fn ended_words(live: &PageState) -> String {
    live.status.with(|status| {
        let at = status.completed_at.as_deref().map(|end| end_words(live, end)).unwrap_or_default();
        match (status.status == RunStatus::Completed, status.attempts > 1) {
            (true, false) => format!("Finished{at}"),
            (false, false) => format!("Ended{at}"),
            (true, true) => format!("Attempt {} of {}, finished{at}", status.attempt, status.attempts),
            (false, true) => format!("Attempt {} of {}, ended{at}", status.attempt, status.attempts),
        }
    })
}

/// " at 12:18", with the day where that is not today.
fn end_words(live: &PageState, end: &str) -> String {
    // Minutes do; the zone's name only where it is not the reader's own.
    let (mode, zone) =
        if live.log.time.get() == TimeMode::Local { (TimeMode::Local, "") } else { (TimeMode::Utc, " UTC") };
    let day = browser::day_of(end, mode);
    let is_today = live.clock.with(|clock| browser::day_of(&clock.server_time, mode)) == day;
    let day = if is_today { String::new() } else { format!(" on {day}") };
    let clock = browser::clock_words(end, mode, "");
    format!("{day} at {}{zone}", clock.get(..5).unwrap_or_default())
}
