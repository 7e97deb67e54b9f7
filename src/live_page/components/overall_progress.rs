//! How far the whole run is, for how long, and what is left.

use leptos::{either::Either, prelude::*};
use status::{format_duration, format_time_left, format_wait};

use crate::live_page::state::PageState;

/// Silence of the batch worth mentioning, in seconds.
const QUIET_SECONDS: u64 = 30;

/// Overall percent, elapsed time, time left and the batch's own heartbeat.
#[component]
pub fn OverallProgress(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let percent = Memo::new(move |_| live.status.with(status::Status::percent));
    let left = Memo::new(move |_| live.status.with(|status| status.eta.map(format_time_left)));
    let queue = Memo::new(move |_| live.status.with(|status| status.queue_position));
    let elapsed = Memo::new(move |_| format!("Elapsed: {}", format_duration(live.elapsed_seconds())));
    let heartbeat = Memo::new(move |_| {
        if queue.get().is_some() {
            // Prices of a live source come before a worker is needed.
            let has_begun =
                live.status.with(|status| status.overall_progress.as_ref().is_some_and(|of| of.phases_completed > 0));
            return if has_begun { "Waiting for a worker" } else { "Not started yet" }.to_owned();
        }
        let age = live.heartbeat_age_seconds();
        // What waits for the database or for a limit says so itself.
        let is_explained =
            live.status.with(|status| status.store_busy) || live.clock.with(|clock| clock.limit_wait_seconds.is_some());
        let is_quiet = age >= QUIET_SECONDS && !is_explained;
        let quiet = if is_quiet { ". Taking longer than usual, still working" } else { "" };
        format!("Batch last reported {} ago{quiet}", format_wait(age))
    });
    let right = move || match queue.get() {
        Some(1) => Either::Left("Waiting for 1 other".to_owned()),
        Some(others) => Either::Left(format!("Waiting for {others} others")),
        None => Either::Right(left.get()),
    };
    view! {
        <section class="overall" aria-label="Overall progress">
            <div class="line">
                <p class="percent">{move || format!("Overall: {}% complete", percent.get())}</p>
                <p class="left">{right}</p>
            </div>
            <progress aria-label="Overall" max="100" value=move || percent.get().to_string()></progress>
            <div class="line small">
                <p>{move || elapsed.get()}</p>
                <p>{move || heartbeat.get()}</p>
            </div>
        </section>
    }
}
