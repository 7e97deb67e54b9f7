//! The loop that asks the server, and what moves with it: the page's clock, title and icon.
//!
//! One sequential loop: requests cannot overlap, and leaving the page drops the one under way.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};

use super::{
    super::{DATA_ELEMENT, PageData},
    log::address_names_a_line,
};
use crate::{
    announce::Announcer,
    api::poll_status,
    components::{live::Live, log_view::TimeMode},
    poll::{Connection, LostWatch, wait_ms},
    status::{PollError, RunStatus, Status},
};

/// How long one poll may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// The data that the server left in the page.
pub fn page_data() -> Option<PageData> {
    let text = document().get_element_by_id(DATA_ELEMENT)?.text_content()?;
    // As bytes, like the answers to polls: read as text too, everything that reads a status would be there twice.
    serde_json::from_slice(text.as_bytes()).ok()
}

/// Starts the clock and the polling of a page that has come to life.
pub fn keep_alive(live: Live) {
    let wake = Wake::default();
    wake.listen(&live);
    Effect::new(move |_| {
        let now = monotonic_ms();
        live.arrived_ms.set(now);
        live.now_ms.set(now);
        live.log.time.set(TimeMode::Local);
        if address_names_a_line() {
            live.log.follows.set(false);
        }
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
        let wake = wake.clone();
        spawn_local_scoped_with_cancellation(async move { tick(&live).await });
        spawn_local_scoped_with_cancellation(async move { poll(&live, &wake).await });
    });
    let title = Memo::new(move |_| live.status.with(title_of));
    Effect::new(move |_| document().set_title(&title.get()));
    let icon = Memo::new(move |_| live.status.with(|status| icon_of(status.status, status.percent())));
    Effect::new(move |_| {
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            let _ = link.set_attribute("href", &icon.get());
        }
    });
}

fn title_of(status: &Status) -> String {
    let name = &status.portfolio_name;
    match status.status {
        RunStatus::Running => format!("{}% \u{b7} {name}", status.percent()),
        RunStatus::Completed => format!("Complete \u{b7} {name}"),
        RunStatus::Failed => format!("Interrupted \u{b7} {name}"),
        RunStatus::NotFound => format!("Status unavailable \u{b7} {name}"),
    }
}

/// A ring that fills while the run goes on; a full one with a sign in it after the end.
fn icon_of(state: RunStatus, percent: u32) -> String {
    let (colour, sign) = match state {
        RunStatus::Running | RunStatus::NotFound => ("3b82f6", ""),
        RunStatus::Completed => ("10b981", "M5 8l2 2 4-4"),
        RunStatus::Failed => ("ef4444", "M6 6l4 4M10 6l-4 4"),
    };
    let filled = if state == RunStatus::Failed { 100 } else { percent };
    format!(
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke-width='3'>\
         <circle cx='8' cy='8' r='6' stroke='%239ca3af'/>\
         <circle cx='8' cy='8' r='6' stroke='%23{colour}' pathLength='100' stroke-dasharray='{filled} 100' \
         transform='rotate(-90 8 8)'/><path d='{sign}' stroke='%23{colour}' stroke-width='2'/></svg>"
    )
}

/// Moves the page's clock once a second while there is something to count, and says what is worth saying.
async fn tick(live: &Live) {
    let mut announcer = live.status.with_untracked(|status| Announcer::new(status, monotonic_ms()));
    loop {
        let is_still = match live.connection.get_untracked() {
            Connection::Over => live.status.with_untracked(|status| announcer.has_said(status)),
            connection => connection == Connection::Gone,
        };
        if is_still {
            return;
        }
        let now = monotonic_ms();
        live.now_ms.set(now);
        let is_connected = !live.connection.get_untracked().is_stale() || live.paused.get_untracked();
        if let Some(words) = live.status.with_untracked(|status| announcer.say(status, is_connected, now)) {
            live.announced.set(words);
        }
        TimeoutFuture::new(1_000).await;
    }
}

async fn poll(live: &Live, wake: &Wake) {
    let mut failures = 0;
    let mut asked_anew = 0;
    // The first question comes at once: what is on the page is as old as the script took to load.
    while !live.connection.get_untracked().is_final() {
        let (id, attempt, mut version) =
            live.status.with_untracked(|status| (status.portfolio_id.clone(), status.attempt, status.version));
        let (_, missing) = untrack(|| live.count_lines());
        if missing > asked_anew {
            // Lines that never came: all of them anew, once for each hole.
            asked_anew = missing;
            live.forget_log();
            version = 0;
        }
        let asked_ms = monotonic_ms();
        let answer = poll_status(id, attempt, version, live.last_seq());
        let answer = match select(Box::pin(answer), TimeoutFuture::new(TIMEOUT_MS)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(PollError::NoAnswer),
        };
        let now = monotonic_ms();
        // What is said of the next question counts from here.
        live.now_ms.set(now);
        live.health.update_value(|health| health.count(answer.is_ok(), now - asked_ms));
        match answer {
            Ok(answer) => {
                failures = 0;
                live.take(answer, now);
                let over = live.status.with_untracked(Status::is_over);
                live.connection.set(if over { Connection::Over } else { Connection::Live });
            }
            Err(PollError::NotFound) => live.connection.set(Connection::Gone),
            Err(PollError::SignedOut) => live.connection.set(Connection::SignedOut),
            Err(PollError::Unavailable | PollError::NoAnswer) => failures += 1,
        }
        if !live.connection.get_untracked().is_final() {
            let next_poll_ms = live.clock.with_untracked(|clock| clock.next_poll_ms);
            let next_poll_ms = LostWatch::next_poll_ms(live.is_lost.get_untracked(), next_poll_ms);
            wait(live, wake, wait_ms(failures, next_poll_ms, hidden(), js_sys::Math::random()), failures).await;
        }
    }
}

/// Waits until the next poll is due: at once when the tab is shown again, the network is back or a person asks; not
/// while updates are paused. Says meanwhile what the page waits for.
async fn wait(live: &Live, wake: &Wake, wait_ms: u64, failures: u32) {
    let due = monotonic_ms() + i64::try_from(wait_ms).unwrap_or(i64::MAX / 2);
    let asked = live.try_now.get_untracked();
    let signed_out = live.connection.get_untracked() == Connection::SignedOut;
    let (mut was_hidden, mut was_held) = (hidden(), false);
    loop {
        let paused = live.paused.get_untracked();
        let state = match (paused, offline(), failures) {
            (true, ..) => Connection::Paused,
            (false, true, _) => Connection::Offline,
            (false, false, _) if signed_out => Connection::SignedOut,
            (false, false, 0) => Connection::Live,
            (false, false, _) => Connection::Reconnecting { at_ms: due },
        };
        if live.connection.get_untracked() != state {
            live.connection.set(state);
        }
        let is_held = paused || offline();
        let is_wanted = live.try_now.get_untracked() != asked || (was_hidden && !hidden()) || (was_held && !is_held);
        let left_ms = due - monotonic_ms();
        if is_wanted && !paused || !is_held && !signed_out && left_ms <= 0 {
            return;
        }
        (was_hidden, was_held) = (hidden(), is_held);
        if is_held || signed_out {
            // Nothing but a person or the browser ends it.
            wake.called().await;
            // Whoever comes back to a page that is signed out may have signed in elsewhere.
            if signed_out && !is_held && !hidden() {
                return;
            }
        } else {
            let left_ms = u32::try_from(left_ms.max(0)).unwrap_or(u32::MAX);
            select(Box::pin(wake.called()), TimeoutFuture::new(left_ms)).await;
        }
    }
}

/// Wakes the loop when something happens that may end its waiting.
#[derive(Clone, Default)]
struct Wake(Rc<WakeState>);

#[derive(Default)]
struct WakeState {
    is_called: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Wake {
    fn call(&self) {
        self.0.is_called.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    /// Ends at the next call, or at once after one that nobody waited for.
    async fn called(&self) {
        poll_fn(|context| {
            if self.0.is_called.take() {
                return Poll::Ready(());
            }
            self.0.waker.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// Listens to the browser and to the person.
    fn listen(&self, live: &Live) {
        for name in ["online", "offline", "visibilitychange", "focus", "pageshow"] {
            let wake = self.clone();
            // The page lives as long as the document: nothing has to be taken back.
            window_event_listener_untyped(name, move |_| wake.call());
        }
        let wake = self.clone();
        let (paused, try_now) = (live.paused, live.try_now);
        Effect::new(move |_| {
            paused.track();
            try_now.track();
            wake.call();
        });
    }
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
