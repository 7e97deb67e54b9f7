//! Browser features that the live page uses: notifications, the clipboard, keyboard shortcuts and
//! keyboard focus.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
    task::spawn_local,
};
use status::{RunStatus, Status};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FocusOptions, HtmlElement, Notification, NotificationOptions, NotificationPermission};

use super::{Copied, Key, Notify};
use crate::live_page::state::PageState;

/// The `localStorage` key that is set while keyboard shortcuts are turned off.
const SHORTCUTS_OFF: &str = "shortcuts-off";

/// The `sessionStorage` key that holds the portfolio whose notifications are on, so that they stay
/// on when the page is reloaded.
const NOTIFY: &str = "notify";

/// How long a copy button shows its result (copied or not), in milliseconds.
const COPIED_MS: u32 = 2_000;

/// Asks the user for permission to show notifications. Must be called from a click handler.
pub fn allow_notifications(notify: RwSignal<Notify>) {
    spawn_local(async move {
        let granted = match Notification::request_permission() {
            Ok(promise) => {
                JsFuture::from(promise).await.is_ok() && Notification::permission() == NotificationPermission::Granted
            }
            Err(_) => false,
        };
        notify.set(if granted { Notify::On } else { Notify::Refused });
    });
}

/// Reports at once if the browser does not allow notifications. When the run ends, shows a
/// notification if the user has turned notifications on, and moves the focus to the new heading if
/// the focused element was removed.
pub fn notify_when_done(live: PageState, notify: RwSignal<Notify>) {
    let is_over = Memo::new(move |_| live.status.with(Status::is_over));
    Effect::new(move |_| {
        // The script in the page has set this attribute if the browser has no notifications.
        let can_notify =
            document().query_selector("html:not([data-no-notifications])").is_ok_and(|root| root.is_some());
        let portfolio = live.status.with_untracked(|status| status.portfolio_id.clone());
        match can_notify.then(Notification::permission) {
            Some(NotificationPermission::Denied) => notify.set(Notify::Refused),
            Some(NotificationPermission::Granted) if remembered() == Some(portfolio) => notify.set(Notify::On),
            _ => {}
        }
    });
    Effect::new(move |was_known: Option<()>| {
        let is_on = notify.get() == Notify::On;
        if let (Some(()), Ok(Some(storage))) = (was_known, window().session_storage()) {
            let portfolio = live.status.with_untracked(|status| status.portfolio_id.clone());
            let _ = if is_on { storage.set_item(NOTIFY, &portfolio) } else { storage.remove_item(NOTIFY) };
        }
    });
    Effect::new(move |was_over: Option<bool>| {
        let is_over = is_over.get();
        if was_over == Some(false) && is_over {
            if notify.get_untracked() == Notify::On {
                live.status.with_untracked(show_notification);
            }
            focus_heading();
        }
        is_over
    });
}

/// Returns the portfolio whose notifications this tab has on.
fn remembered() -> Option<String> {
    window().session_storage().ok()??.get_item(NOTIFY).ok()?
}

fn show_notification(status: &Status) {
    let title = match status.status {
        RunStatus::Completed => "Portfolio Setup Complete!",
        _ if status.is_cancelled() => "Setup Cancelled",
        _ => "Setup Interrupted",
    };
    let options = NotificationOptions::new();
    options.set_body(&status.portfolio_name);
    // With this tag, the user gets only one notification per portfolio, even if several tabs are
    // open.
    options.set_tag(&status.portfolio_id);
    // Some browsers show notifications only for installed applications. Errors are ignored, because
    // the tab title also shows that the run has ended.
    let _ = Notification::new_with_options(title, &options);
}

/// Moves the focus to the page's heading, but only if the focused element was removed from the
/// page.
fn focus_heading() {
    request_animation_frame(|| {
        let has_no_focus = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(title) = element("title").filter(|_| has_no_focus) {
            // Keep the scroll position, because the user may be reading further down the page.
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = title.focus_with_options(&options);
        }
    });
}

fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Copies text to the clipboard. `copied` holds the result for the next two seconds.
pub fn copy(text: String, copied: RwSignal<Copied>) {
    let navigator = window().navigator();
    // Browsers expose the clipboard only in secure contexts, such as HTTPS pages.
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    spawn_local(async move {
        let is_done = has_clipboard && JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok();
        copied.set(if is_done { Copied::Yes } else { Copied::Refused });
        gloo_timers::future::TimeoutFuture::new(COPIED_MS).await;
        copied.set(Copied::No);
    });
}

/// Converts a keyboard event to the [`Key`] that the log's search box handles.
pub fn key_from_event(event: &KeyboardEvent) -> Key {
    match event.key().as_str() {
        "Enter" if event.shift_key() => Key::ShiftEnter,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        _ => Key::Other,
    }
}

/// Registers the keyboard shortcuts, which stay off if the user turned them off in this browser.
pub fn listen_to_keys(live: PageState, is_on: RwSignal<bool>) {
    Effect::new(move |_| {
        let stored = storage().and_then(|storage| storage.get_item(SHORTCUTS_OFF).ok().flatten());
        is_on.set(stored.is_none());
    });
    // The listener is never removed, because the live page exists as long as the document.
    window_event_listener(ev::keydown, move |event| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !is_typing();
        if is_on.get_untracked() && is_plain && handle_shortcut(&live, &event.key()) {
            event.prevent_default();
        }
    });
}

/// Runs the shortcut assigned to a key. Returns whether there is one.
fn handle_shortcut(live: &PageState, key: &str) -> bool {
    match key {
        "/" => focus("log-search"),
        "l" => focus("log"),
        "e" => live.log.follows.set(true),
        "p" if !live.connection.get_untracked().is_final() => live.paused.update(|paused| *paused = !*paused),
        _ => return false,
    }
    true
}

/// Returns whether a form field has the focus, so that typing does not trigger shortcuts.
fn is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

/// Remembers in `localStorage` whether keyboard shortcuts are on.
pub fn remember_shortcuts(is_on: bool) {
    if let Some(storage) = storage() {
        let _ = if is_on { storage.remove_item(SHORTCUTS_OFF) } else { storage.set_item(SHORTCUTS_OFF, "1") };
    }
}

/// Returns the browser's local storage, or `None` if the browser blocks it.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
