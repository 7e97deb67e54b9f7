//! Polls the server for the run's status, and keeps the live page's clock, title and icon current.
//!
//! The polling loop is sequential, so requests never overlap. Leaving the page cancels the request
//! in flight.

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

use super::log::{remove_server_lines, url_links_to_line};
use crate::live_page::{
    announce::Announcer,
    data::{DATA_ELEMENT, PageData},
    log_view::TimeMode,
    poll::{Connection, LostWatch, wait_ms},
    poll_error::PollError,
    server_fn::poll_status,
    state::PageState,
};

/// Timeout of one poll, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// If the wall clock gains more than this many milliseconds on the monotonic clock between two
/// ticks of the page's clock, the page concludes that the device was asleep.
const SLEEP_MS: i64 = 10_000;

/// If a poll starts more than this many milliseconds late, the code concludes that the browser had
/// frozen the page.
const FROZEN_MS: i64 = 10_000;

/// Reads the data that the server embedded in the page.
pub fn page_data() -> Option<PageData> {
    let text = document().get_element_by_id(DATA_ELEMENT)?.text_content()?;
    // Parse the JSON from bytes, as for poll responses. Parsing it from a string would compile
    // every deserializer of the status into the WebAssembly a second time.
    serde_json::from_slice(text.as_bytes()).ok()
}

/// Starts the clock and the polling loop of a hydrated page, and keeps the page's title and icon
/// current.
pub fn keep_alive(live: PageState) {
    let wake = WakeSignal::default();
    wake.listen(&live);
    Effect::new(move |_| {
        let now = monotonic_ms();
        live.arrived_ms.set(now);
        live.now_ms.set(now);
        live.log.time.set(TimeMode::Local);
        if url_links_to_line() {
            live.log.follows.set(false);
        }
        let wake = wake.clone();
        spawn_local_scoped_with_cancellation(async move { tick(&live).await });
        spawn_local_scoped_with_cancellation(async move { poll(&live, &wake).await });
    });
    let title = Memo::new(move |_| live.status.with(tab_title));
    Effect::new(move |_| document().set_title(&title.get()));
    let icon = Memo::new(move |_| live.status.with(icon_url));
    Effect::new(move |_| {
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            let _ = link.set_attribute("href", &icon.get());
        }
    });
}

fn tab_title(status: &Status) -> String {
    let name = &status.portfolio_name;
    match status.status {
        RunStatus::Running => match status.percent() {
            Some(percent) => format!("{percent}% \u{b7} {name}"),
            None => name.clone(),
        },
        RunStatus::Completed => format!("Complete \u{b7} {name}"),
        RunStatus::Failed if status.is_cancelled() => format!("Cancelled \u{b7} {name}"),
        RunStatus::Failed => format!("Interrupted \u{b7} {name}"),
        RunStatus::NotFound => format!("Starting \u{b7} {name}"),
    }
}

/// Returns the page's icon as a data URL: a ring that fills up as the run progresses, and is empty
/// while the progress is not known. After the run, a mark inside the ring shows the outcome.
fn icon_url(status: &Status) -> String {
    let (color, mark) = match status.status {
        RunStatus::Running | RunStatus::NotFound => ("3b82f6", ""),
        RunStatus::Completed => ("10b981", "M5 8l2 2 4-4"),
        RunStatus::Failed if status.is_cancelled() => ("6b7280", "M6.5 6.5h3v3h-3z"),
        RunStatus::Failed => ("ef4444", "M6 6l4 4M10 6l-4 4"),
    };
    let filled = if status.status == RunStatus::Failed { 100 } else { status.percent().unwrap_or(0) };
    format!(
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke-width='3'>\
         <circle cx='8' cy='8' r='6' stroke='%239ca3af'/>\
         <circle cx='8' cy='8' r='6' stroke='%23{color}' pathLength='100' stroke-dasharray='{filled} 100' \
         transform='rotate(-90 8 8)'/><path d='{mark}' stroke='%23{color}' stroke-width='2'/></svg>"
    )
}

/// Once a second, updates the page's clock and makes any announcement that is due. Stops once the
/// end of the run has been announced or the portfolio has been deleted.
async fn tick(live: &PageState) {
    let mut announcer = live.status.with_untracked(|status| Announcer::new(status, monotonic_ms()));
    let mut last_tick = (monotonic_ms(), wall_ms());
    loop {
        let connection = live.connection.get_untracked();
        let (now, wall) = (monotonic_ms(), wall_ms());
        if let Some(message) = live.status.with_untracked(|status| announcer.next_message(status, connection, now)) {
            live.announcement.set(message);
        }
        let is_finished = match connection {
            Connection::Over => live.status.with_untracked(|status| announcer.has_announced(status)),
            connection => connection == Connection::Gone,
        };
        if is_finished {
            return;
        }
        live.now_ms.set(now);
        // The monotonic clock stops while the device sleeps, so the wall clock gets ahead of it.
        // Setting the wall clock forward looks the same but does no harm: the poll requested here
        // starts immediately and sets the page back to live.
        let slept_ms = (wall - last_tick.1) - (now - last_tick.0);
        if slept_ms > SLEEP_MS && !live.paused.get_untracked() && !connection.is_final() {
            live.slept_ms.update(|total| *total += slept_ms);
            live.set_connection(Connection::Reconnecting { at_ms: now });
            live.try_now.update(|requests| *requests += 1);
        }
        last_tick = (now, wall);
        TimeoutFuture::new(1_000).await;
    }
}

async fn poll(live: &PageState, wake: &WakeSignal) {
    let mut failures = 0;
    let mut refetched = 0;
    // The first poll starts immediately, because the status on the page became outdated while the
    // WebAssembly was loading.
    while !live.connection.get_untracked().is_final() {
        let (id, attempt, mut version) =
            live.status.with_untracked(|status| (status.portfolio_id.clone(), status.attempt, status.version));
        let mut after = live.last_seq();
        let (_, missing) = untrack(|| live.count_lines());
        if missing > refetched {
            // Log lines are missing from the page, so this poll requests the whole log again. Later
            // polls do so only if more lines go missing.
            (version, after) = (0, 0);
        }
        refetched = missing;
        let started_ms = monotonic_ms();
        let before = Events::seen(live);
        let found = live.last_found.get_value();
        let request = || with_timeout(poll_status(id.clone(), attempt, version, after, found));
        let mut response = request().await;
        if response == Err(PollError::SignedOut) {
            response = match renew_session().await {
                Ok(true) => request().await,
                Ok(false) => response,
                // The sign-in service did not respond. The session may still be valid, so do not
                // ask the user to sign in.
                Err(()) => Err(PollError::NoAnswer),
            };
        }
        let now = monotonic_ms();
        // The countdown to the next poll starts now.
        live.now_ms.set(now);
        live.health.update_value(|health| health.record(response.is_ok(), now - started_ms));
        let is_signed_out = matches!(response, Err(PollError::SignedOut));
        match response {
            Ok(response) => {
                failures = 0;
                live.apply(response, after, now);
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
            let reason = match (is_signed_out, failures) {
                (true, _) => WaitReason::SignIn,
                (false, 0) => WaitReason::NextPoll,
                (false, _) => WaitReason::Retry,
            };
            // Whatever happened during a failed poll, such as the return of the network, calls for
            // another one.
            let known = if reason == WaitReason::Retry { before } else { Events::seen(live) };
            if wait(live, wake, wait_ms, reason, known).await {
                failures = 0;
            }
        }
    }
}

/// Waits for a response, for at most [`TIMEOUT_MS`]. If there is none by then, returns
/// [`PollError::NoAnswer`].
async fn with_timeout<T>(response: impl Future<Output = Result<T, PollError>>) -> Result<T, PollError> {
    match select(Box::pin(response), TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((response, _)) => response,
        Either::Right(_) => Err(PollError::NoAnswer),
    }
}

/// Renews the session by calling `renewSession` from `public/session.js`.
///
/// Returns `false` if the user is signed out or the page does not define that function, and an
/// error if the sign-in service does not respond.
async fn renew_session() -> Result<bool, ()> {
    let renew = js_sys::Reflect::get(&window(), &"renewSession".into()).map_err(|_| ())?;
    let Some(renew) = renew.dyn_ref::<js_sys::Function>() else { return Ok(false) };
    let promise: js_sys::Promise = renew.call0(&JsValue::NULL).map_err(|_| ())?.dyn_into().map_err(|_| ())?;
    match select(JsFuture::from(promise), TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((Ok(is_renewed), _)) => Ok(is_renewed.is_truthy()),
        Either::Left((Err(_), _)) | Either::Right(_) => Err(()),
    }
}

/// Why the page waits before its next poll.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitReason {
    /// The last poll succeeded, and the next one is not due yet.
    NextPoll,
    /// The last poll failed and will be repeated.
    Retry,
    /// The session has expired.
    SignIn,
}

/// Events that may end the wait for the next poll early.
#[derive(Clone, Copy)]
struct Events {
    /// Number of immediate polls that were requested.
    requests: u32,
    is_hidden: bool,
    is_offline: bool,
}

impl Events {
    fn seen(live: &PageState) -> Self {
        Self { requests: live.try_now.get_untracked(), is_hidden: hidden(), is_offline: offline() }
    }
}

/// Waits until the next poll is due, and updates the connection state of the page.
///
/// The wait ends early if the tab becomes visible, the network returns, the user resumes the
/// updates, or an immediate poll is requested, compared with what is `known`. It never ends while
/// updates are paused. After a failure, only a successful response sets the page to live again.
///
/// Returns whether the network has returned, so that earlier failures no longer matter.
async fn wait(live: &PageState, wake: &WakeSignal, wait_ms: u64, reason: WaitReason, mut known: Events) -> bool {
    let due = monotonic_ms() + i64::try_from(wait_ms).unwrap_or(i64::MAX / 2);
    let mut was_paused = false;
    loop {
        let (now, is_paused) = (Events::seen(live), live.paused.get_untracked());
        let left_ms = due - monotonic_ms();
        let has_network_returned = known.is_offline && !now.is_offline;
        let is_requested = now.requests != known.requests
            || (known.is_hidden && !now.is_hidden)
            || has_network_returned
            || (was_paused && !is_paused);
        let is_due = left_ms <= 0 && reason != WaitReason::SignIn;
        if !is_paused && (is_requested || is_due) {
            // The data on the page is outdated if the user had paused the updates or the browser
            // had frozen the page.
            if is_requested && was_paused || left_ms < -FROZEN_MS {
                live.set_connection(Connection::Reconnecting { at_ms: monotonic_ms() });
            }
            return has_network_returned;
        }
        live.set_connection(match (is_paused, reason) {
            (true, _) => Connection::Paused,
            (false, WaitReason::SignIn) => Connection::SignedOut,
            (false, WaitReason::NextPoll) => Connection::Live,
            (false, WaitReason::Retry) if now.is_offline => Connection::Offline,
            (false, WaitReason::Retry) => Connection::Reconnecting { at_ms: due },
        });
        known = Events { requests: known.requests, ..now };
        was_paused = is_paused;
        if is_paused || reason == WaitReason::SignIn {
            // Only the user or a browser event ends this wait; there is no timer.
            wake.wait().await;
            // Poll when the user returns to a signed-out page, because the user may have signed in
            // elsewhere in the meantime.
            if reason == WaitReason::SignIn && !live.paused.get_untracked() && !hidden() {
                return false;
            }
        } else {
            let left_ms = u32::try_from(left_ms.max(0)).unwrap_or(u32::MAX);
            select(Box::pin(wake.wait()), TimeoutFuture::new(left_ms)).await;
        }
    }
}

/// Wakes the polling loop when something happens that may end its wait.
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

    /// Waits for the next call to [`Self::call`]. Returns immediately if that method was called
    /// after the previous wait.
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

    /// Registers the browser events and user actions that wake the polling loop.
    fn listen(&self, live: &PageState) {
        // Reload the page if the browser restores it from its back/forward cache. The page may have
        // stopped polling before, because the run was over.
        window_event_listener(leptos::ev::pageshow, |event| {
            if event.persisted() {
                let _ = window().location().reload();
            }
        });
        for name in ["online", "offline", "visibilitychange", "focus", "signedin"] {
            let wake = self.clone();
            // The listener is never removed, because the live page exists as long as the document.
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

/// Publishes the connection state that the page has written as an attribute of the document. The
/// script in the page compares it with what the document shows. The two differ if the page writes
/// to nodes that are not in the document, or to the wrong ones.
pub fn publish_connection(label: Memo<String>) {
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-connection", &label.get());
        }
    });
}

fn hidden() -> bool {
    document().hidden()
}

fn offline() -> bool {
    !window().navigator().on_line()
}

/// Returns the Unix time in milliseconds. Used only to detect that the monotonic clock stopped
/// while the device was asleep.
fn wall_ms() -> i64 {
    #[allow(clippy::cast_possible_truncation)] // milliseconds since 1970
    let now = js_sys::Date::now() as i64;
    now
}

/// Returns the time of the monotonic clock in milliseconds. All durations are measured with it,
/// because changes to the wall clock do not affect it.
fn monotonic_ms() -> i64 {
    #[allow(clippy::cast_possible_truncation)] // milliseconds since the page was opened
    let now = window().performance().map_or(0.0, |performance| performance.now()) as i64;
    now
}
