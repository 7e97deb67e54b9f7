//! The browser's side of the live page.
//!
//! One sequential loop polls: requests cannot overlap, and leaving the page drops the one under way.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{html, prelude::*, task::spawn_local_scoped_with_cancellation};
use wasm_bindgen::JsValue;

use super::super::{DATA_ELEMENT, PageData};
use crate::{
    api::poll_status,
    components::live::Live,
    poll::{Connection, wait_ms},
    status::{PollError, RunStatus},
};

/// How close to the end of the log counts as at the end, in CSS pixels.
const END_TOLERANCE: i32 = 24;

/// How long one poll may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// The grain of waiting, in milliseconds: how soon a tab that is shown again, or a resumed page, asks.
const STEP_MS: u32 = 250;

/// The data that the server left in the page.
pub fn page_data() -> Option<PageData> {
    let text = document().get_element_by_id(DATA_ELEMENT)?.text_content()?;
    serde_json::from_str(&text).ok()
}

/// Starts the clock and the polling of a page that has come to life.
pub fn keep_alive(live: Live) {
    Effect::new(move |_| {
        let now = monotonic_ms();
        live.arrived_ms.set(now);
        live.now_ms.set(now);
        live.local_time.set(true);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
        spawn_local_scoped_with_cancellation(tick(live));
        spawn_local_scoped_with_cancellation(poll(live));
    });
    let title = Memo::new(move |_| {
        live.status.with(|status| match status.status {
            RunStatus::Running => format!("{}% \u{b7} {}", status.percent(), status.portfolio_name),
            RunStatus::Completed => format!("Complete \u{b7} {}", status.portfolio_name),
            RunStatus::Failed => format!("Interrupted \u{b7} {}", status.portfolio_name),
            RunStatus::NotFound => format!("Status unavailable \u{b7} {}", status.portfolio_name),
        })
    });
    Effect::new(move |_| document().set_title(&title.get()));
}

/// Moves the page's clock once a second while there is something to count.
async fn tick(live: Live) {
    while !is_final(live.connection.get_untracked()) {
        live.now_ms.set(monotonic_ms());
        TimeoutFuture::new(1_000).await;
    }
}

async fn poll(live: Live) {
    let mut failures = 0;
    // The first question comes at once: what is on the page is as old as the script took to load.
    while !is_final(live.connection.get_untracked()) {
        let (id, attempt, version) =
            live.status.with_untracked(|status| (status.portfolio_id.clone(), status.attempt, status.version));
        let answer = poll_status(id, attempt, version, live.last_seq());
        let answer = match select(Box::pin(answer), TimeoutFuture::new(TIMEOUT_MS)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(PollError::NoAnswer),
        };
        match answer {
            Ok(answer) => {
                failures = 0;
                live.take(answer, monotonic_ms());
                let over = live.status.with_untracked(crate::status::Status::is_over);
                live.connection.set(if over { Connection::Over } else { Connection::Live });
            }
            Err(PollError::NotFound) => live.connection.set(Connection::Gone),
            Err(PollError::Unavailable | PollError::NoAnswer) => failures += 1,
        }
        if !is_final(live.connection.get_untracked()) {
            let next_poll_ms = live.clock.with_untracked(|clock| clock.next_poll_ms);
            wait(live, wait_ms(failures, next_poll_ms, hidden(), js_sys::Math::random()), failures).await;
        }
    }
}

/// Nothing left to ask.
fn is_final(connection: Connection) -> bool {
    matches!(connection, Connection::Over | Connection::Gone)
}

/// Waits until the next poll is due: at once when the tab is shown again or the network is back; not while a
/// person has paused the updates. Says meanwhile what the page waits for.
async fn wait(live: Live, wait_ms: u64, failures: u32) {
    let due = monotonic_ms() + i64::try_from(wait_ms).unwrap_or(i64::MAX / 2);
    let (mut was_hidden, mut was_offline) = (hidden(), offline());
    loop {
        let paused = live.paused.get_untracked();
        let state = match (paused, offline(), failures) {
            (true, _, _) => Connection::Paused,
            (false, true, _) => Connection::Offline,
            (false, false, 0) => live.connection.get_untracked(),
            (false, false, _) => Connection::Reconnecting { at_ms: due },
        };
        if live.connection.get_untracked() != state {
            live.connection.set(state);
        }
        let shown_again = was_hidden && !hidden();
        let online_again = was_offline && !offline();
        if !paused && !offline() && (monotonic_ms() >= due || shown_again || online_again || was_paused(state)) {
            return;
        }
        (was_hidden, was_offline) = (hidden(), offline());
        TimeoutFuture::new(STEP_MS).await;
    }
}

/// Whether the page still says that it is paused although it no longer is.
fn was_paused(state: Connection) -> bool {
    matches!(state, Connection::Paused | Connection::Offline)
}

fn hidden() -> bool {
    document().hidden()
}

fn offline() -> bool {
    !window().navigator().on_line()
}

/// Milliseconds of the monotonic clock: a wall clock that is set makes no duration jump.
fn monotonic_ms() -> i64 {
    #[allow(clippy::cast_possible_truncation)] // milliseconds since the page was opened
    let now = window().performance().map_or(0.0, |performance| performance.now()) as i64;
    now
}

/// Whether the end of the log is in sight.
pub fn is_at_end(scroller: NodeRef<html::Div>) -> bool {
    scroller
        .get_untracked()
        .is_none_or(|log| log.scroll_height() - log.scroll_top() - log.client_height() < END_TOLERANCE)
}

/// Shows the end of the log, once the newest lines are laid out. Not while the reader is selecting in it.
pub fn scroll_to_end(scroller: NodeRef<html::Div>) {
    request_animation_frame(move || {
        let selecting = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        if let Some(log) = scroller.get_untracked().filter(|_| !selecting) {
            log.set_scroll_top(log.scroll_height());
        }
    });
}

/// The time of day of an RFC 3339 timestamp in the reader's zone.
pub fn local_clock(timestamp: &str) -> Option<String> {
    let date = js_sys::Date::new(&JsValue::from_str(timestamp));
    let valid = !date.get_time().is_nan();
    valid.then(|| format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds()))
}
