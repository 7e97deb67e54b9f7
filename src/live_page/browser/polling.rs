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
use status::{RunStatus, Status};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::log::{address_names_a_line, remove_server_lines};
use crate::live_page::{
    announce::Announcer,
    data::{DATA_ELEMENT, PageData},
    log_view::TimeMode,
    poll::{Connection, LostWatch, wait_ms},
    poll_error::PollError,
    server_fn::poll_status,
    state::PageState,
};

/// How long one poll may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// A difference of the two clocks between two ticks that a sleeping device makes and nothing else, in milliseconds.
const SLEPT_MS: i64 = 10_000;

/// So much later than it was due a poll tells of a page that was frozen, in milliseconds.
const LATE_MS: i64 = 10_000;

/// The data that the server left in the page.
pub fn page_data() -> Option<PageData> {
    let text = document().get_element_by_id(DATA_ELEMENT)?.text_content()?;
    // As bytes, like the answers to polls: read as text too, everything that reads a status would be there twice.
    serde_json::from_slice(text.as_bytes()).ok()
}

/// Starts the clock and the polling of a page that has come to life.
pub fn keep_alive(live: PageState) {
    let wake = WakeSignal::default();
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
        RunStatus::Failed if status.is_cancelled() => format!("Cancelled \u{b7} {name}"),
        RunStatus::Failed => format!("Interrupted \u{b7} {name}"),
        RunStatus::NotFound => format!("Waiting \u{b7} {name}"),
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
async fn tick(live: &PageState) {
    let mut announcer = live.status.with_untracked(|status| Announcer::new(status, monotonic_ms()));
    let mut ticked = (monotonic_ms(), wall_ms());
    loop {
        let connection = live.connection.get_untracked();
        let (now, wall) = (monotonic_ms(), wall_ms());
        if let Some(words) = live.status.with_untracked(|status| announcer.say(status, connection, now)) {
            live.announced.set(words);
        }
        let is_still = match connection {
            Connection::Over => live.status.with_untracked(|status| announcer.has_said(status)),
            connection => connection == Connection::Gone,
        };
        if is_still {
            return;
        }
        live.now_ms.set(now);
        // The monotonic clock stands while the device sleeps. If only the clock was set, the next answer says so.
        let slept_ms = (wall - ticked.1) - (now - ticked.0);
        if slept_ms > SLEPT_MS && !live.paused.get_untracked() && !connection.is_final() {
            live.slept_ms.update(|so_far| *so_far += slept_ms);
            live.set_connection(Connection::Reconnecting { at_ms: now });
            live.try_now.update(|asked| *asked += 1);
        }
        ticked = (now, wall);
        TimeoutFuture::new(1_000).await;
    }
}

async fn poll(live: &PageState, wake: &WakeSignal) {
    let mut failures = 0;
    let mut asked_anew = 0;
    // The first question comes at once: what is on the page is as old as the script took to load.
    while !live.connection.get_untracked().is_final() {
        let (id, attempt, mut version) =
            live.status.with_untracked(|status| (status.portfolio_id.clone(), status.attempt, status.version));
        let mut after = live.last_seq();
        let (_, missing) = untrack(|| live.count_lines());
        if missing > asked_anew {
            // Lines that never came: all of them anew, once for each hole.
            (version, after) = (0, 0);
        }
        asked_anew = missing;
        let asked_ms = monotonic_ms();
        let ask = || in_time(poll_status(id.clone(), attempt, version, after));
        let mut answer = ask().await;
        if answer == Err(PollError::SignedOut) {
            answer = match renewed_session().await {
                Ok(true) => ask().await,
                Ok(false) => answer,
                // Whether there is a session is not known: no reason to ask anybody to sign in.
                Err(()) => Err(PollError::NoAnswer),
            };
        }
        let now = monotonic_ms();
        // What is said of the next question counts from here.
        live.now_ms.set(now);
        live.health.update_value(|health| health.count(answer.is_ok(), now - asked_ms));
        let is_signed_out = matches!(answer, Err(PollError::SignedOut));
        match answer {
            Ok(answer) => {
                failures = 0;
                live.take(answer, after, now);
                if live.server_lines.get_untracked() == 0 {
                    remove_server_lines();
                }
                let over = live.status.with_untracked(Status::is_over);
                live.set_connection(if over { Connection::Over } else { Connection::Live });
            }
            Err(PollError::NotFound) => live.set_connection(Connection::Gone),
            Err(PollError::SignedOut) => failures = 0,
            Err(PollError::Unavailable | PollError::NoAnswer) => failures += 1,
        }
        if !live.connection.get_untracked().is_final() {
            let next_poll_ms = live.clock.with_untracked(|clock| clock.next_poll_ms);
            let next_poll_ms = LostWatch::next_poll_ms(live.is_lost.get_untracked(), next_poll_ms);
            let wait_ms = wait_ms(failures, next_poll_ms, hidden(), js_sys::Math::random());
            let waited_for = match (is_signed_out, failures) {
                (true, _) => WaitedFor::SignIn,
                (false, 0) => WaitedFor::News,
                (false, _) => WaitedFor::Server,
            };
            wait(live, wake, wait_ms, waited_for).await;
        }
    }
}

/// The answer, if it comes in time.
async fn in_time<T>(answer: impl Future<Output = Result<T, PollError>>) -> Result<T, PollError> {
    match select(Box::pin(answer), TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(PollError::NoAnswer),
    }
}

/// Whether the script that renews sessions has a new one; an error where it cannot say. Without such a script there is
/// none.
async fn renewed_session() -> Result<bool, ()> {
    let renew = js_sys::Reflect::get(&window(), &"renewSession".into()).map_err(|_| ())?;
    let Some(renew) = renew.dyn_ref::<js_sys::Function>() else { return Ok(false) };
    let promise: js_sys::Promise = renew.call0(&JsValue::NULL).map_err(|_| ())?.dyn_into().map_err(|_| ())?;
    match select(JsFuture::from(promise), TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((Ok(is_renewed), _)) => Ok(is_renewed.is_truthy()),
        Either::Left((Err(_), _)) | Either::Right(_) => Err(()),
    }
}

/// What the last poll leaves the page waiting for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitedFor {
    News,
    Server,
    SignIn,
}

/// Waits until the next poll is due: at once when the tab is shown again, the network is back or a person asks; not
/// while updates are paused. Says meanwhile what the page waits for: only an answer makes it live.
async fn wait(live: &PageState, wake: &WakeSignal, wait_ms: u64, waited_for: WaitedFor) {
    let due = monotonic_ms() + i64::try_from(wait_ms).unwrap_or(i64::MAX / 2);
    let asked = live.try_now.get_untracked();
    let (mut was_hidden, mut was_offline, mut was_paused) = (hidden(), offline(), false);
    loop {
        let (is_hidden, is_offline, is_paused) = (hidden(), offline(), live.paused.get_untracked());
        let left_ms = due - monotonic_ms();
        let is_wanted = live.try_now.get_untracked() != asked
            || (was_hidden && !is_hidden)
            || (was_offline && !is_offline)
            || (was_paused && !is_paused);
        let is_due = left_ms <= 0 && waited_for != WaitedFor::SignIn;
        if !is_paused && (is_wanted || is_due) {
            // A page that was paused, or whose browser let it wait much longer than it wanted to, shows old data.
            if is_wanted && was_paused || left_ms < -LATE_MS {
                live.set_connection(Connection::Reconnecting { at_ms: monotonic_ms() });
            }
            return;
        }
        live.set_connection(match (is_paused, waited_for) {
            (true, _) => Connection::Paused,
            (false, WaitedFor::SignIn) => Connection::SignedOut,
            (false, WaitedFor::News) => Connection::Live,
            (false, WaitedFor::Server) if is_offline => Connection::Offline,
            (false, WaitedFor::Server) => Connection::Reconnecting { at_ms: due },
        });
        (was_hidden, was_offline, was_paused) = (is_hidden, is_offline, is_paused);
        if is_paused || waited_for == WaitedFor::SignIn {
            // Nothing but a person or the browser ends it.
            wake.wait().await;
            // Whoever comes back to a page that is signed out may have signed in elsewhere.
            if waited_for == WaitedFor::SignIn && !live.paused.get_untracked() && !hidden() {
                return;
            }
        } else {
            let left_ms = u32::try_from(left_ms.max(0)).unwrap_or(u32::MAX);
            select(Box::pin(wake.wait()), TimeoutFuture::new(left_ms)).await;
        }
    }
}

/// Wakes the loop when something happens that may end its waiting.
#[derive(Clone, Default)]
struct WakeSignal(Rc<WakeState>);

#[derive(Default)]
struct WakeState {
    is_called: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl WakeSignal {
    fn call(&self) {
        self.0.is_called.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    /// Ends at the next call, or at once after one that nobody waited for.
    async fn wait(&self) {
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
    fn listen(&self, live: &PageState) {
        // A page that the browser kept and shows again has stopped asking where its run was over.
        window_event_listener(leptos::ev::pageshow, |event| {
            if event.persisted() {
                let _ = window().location().reload();
            }
        });
        for name in ["online", "offline", "visibilitychange", "focus", "signedin"] {
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

/// Milliseconds of the wall clock, only to notice that the other one stood.
fn wall_ms() -> i64 {
    #[allow(clippy::cast_possible_truncation)] // milliseconds since 1970
    let now = js_sys::Date::now() as i64;
    now
}

/// Milliseconds of the monotonic clock: a wall clock that is set makes no duration jump.
fn monotonic_ms() -> i64 {
    #[allow(clippy::cast_possible_truncation)] // milliseconds since the page was opened
    let now = window().performance().map_or(0.0, |performance| performance.now()) as i64;
    now
}
