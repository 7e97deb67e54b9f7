//! The progress of the whole run: percentage, elapsed time and time left.

use leptos::{either::Either, prelude::*};
use status::{counted, format_finish, format_time_left, format_took, format_wait, seconds_to_finish};

use super::phase_list_item::TAKES_LONGER;
use crate::live_page::{browser, log_view::TimeMode, state::PageState};

/// Once the run has not reported progress for this many seconds, the page says how long ago the
/// last report was.
const SHOWN_AGE_SECONDS: u64 = 15;

/// Once the run has not reported progress for this many seconds, the page adds that the run is
/// taking longer than usual.
const LONG_AGE_SECONDS: u64 = 30;

/// The overall percentage, the elapsed time, the time left and, if it has been a while, how long
/// ago the run last reported progress.
#[component]
pub fn OverallProgress(live: PageState) -> impl IntoView {
    let percent = Memo::new(move |_| live.status.with(status::Status::percent));
    let left = Memo::new(move |_| live.status.with(|status| status.eta.map(format_time_left)));
    let queue = Memo::new(move |_| live.status.with(|status| status.queue_position));
    let elapsed = Memo::new(move |_| {
        let took = format_took(live.elapsed_seconds(), live.clock.with(|clock| clock.elapsed_ms));
        format!("Elapsed: {took}")
    });
    let heartbeat = Memo::new(move |_| {
        if queue.get().is_some() {
            // With a live price source, a run fetches prices before it needs a worker. It may
            // therefore wait for a worker after its first phase.
            let has_begun = live
                .status
                .with(|status| status.overall_progress.as_ref().is_some_and(|progress| progress.phases_completed > 0));
            return if has_begun { "Waiting to continue" } else { "Not started yet" }.to_owned();
        }
        let age = live.heartbeat_age_seconds();
        if age < SHOWN_AGE_SECONDS {
            return String::new();
        }
        // The running phase already shows a message when it waits for the database or the data
        // provider.
        let is_explained =
            live.status.with(|status| status.store_busy) || live.clock.with(|clock| clock.limit_wait_seconds.is_some());
        let is_long = age >= LONG_AGE_SECONDS && !is_explained;
        let note = if is_long { TAKES_LONGER } else { "" };
        format!("No update for {}{note}", format_wait(age))
    });
    let right = move || match queue.get() {
        Some(ahead) => Either::Left(format!("{} {}", counted(ahead.into(), "setup"), live.words().ahead)),
        None => Either::Right(left.get()),
    };
    view! {
        <section class="overall" aria-label="Overall progress">
            <div class="line">
                <p class="percent" translate="no">{move || percent_label(percent.get())}</p>
                <p class="left" translate="no">{right}</p>
            </div>
            <progress aria-label="Overall" max="100" value=move || percent.get().map(|percent| percent.to_string())></progress>
            <div class="line small" translate="no">
                <p>{move || elapsed.get()}</p>
                <Finish live/>
                <p class="heartbeat">{move || heartbeat.get()}</p>
            </div>
        </section>
    }
}

/// The expected end of the run, such as "done about 11:48 PM", in the user's time zone. Without
/// scripts, it is in UTC and says so. Empty if there is no estimate, or if the estimate has passed.
#[component]
fn Finish(live: PageState) -> impl IntoView {
    let finish = Memo::new(move |_| {
        let mode = live.log.time.get();
        // The estimate counts from the status that it came with.
        let (from, left) = live.status.with(|status| (status.server_time.clone(), status.eta));
        let left = left?;
        let (at, minute) = browser::minute_after(&from, seconds_to_finish(left)?, mode);
        let zone = if mode == TimeMode::Utc { " UTC" } else { "" };
        let is_ahead = live.clock.with(|clock| clock.server_time < at);
        is_ahead.then(|| (at, format!("{}{zone}", format_finish(minute, left))))
    });
    view! {
        <p class="left finish" translate="no">
            {move || finish.get().map(|(at, label)| view! { "done about "<time datetime=at>{label}</time> })}
        </p>
    }
}

/// Returns the overall percentage as text. An unknown percentage is not shown as zero.
fn percent_label(percent: Option<u32>) -> String {
    percent.map_or_else(|| "Overall: \u{2013}".to_owned(), |percent| format!("Overall: {percent}% complete"))
}
