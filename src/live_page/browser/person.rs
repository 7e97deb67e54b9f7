//! What a person sees and does beyond the page itself: notifications, the clipboard, keys, where the focus is.

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

/// Where the browser remembers that shortcuts are off.
const SHORTCUTS_OFF: &str = "shortcuts-off";

/// How long the page says that something was copied, in milliseconds.
const COPIED_MS: u32 = 2_000;

/// Asks the browser for permission, as the answer to a click.
pub fn allow_notifications(notify: RwSignal<Notify>) {
    spawn_local(async move {
        let granted = match Notification::request_permission() {
            Ok(asked) => {
                JsFuture::from(asked).await.is_ok() && Notification::permission() == NotificationPermission::Granted
            }
            Err(_) => false,
        };
        notify.set(if granted { Notify::On } else { Notify::Refused });
    });
}

/// Tells a person who asked for it that the run is over.
pub fn notify_at_the_end(live: PageState, notify: RwSignal<Notify>) {
    let is_over = Memo::new(move |_| live.status.with(Status::is_over));
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

fn show_notification(status: &Status) {
    let title = if status.status == RunStatus::Completed { "Portfolio Setup Complete!" } else { "Setup Interrupted" };
    let options = NotificationOptions::new();
    options.set_body(&status.portfolio_name);
    // One notification a run, however many tabs watch it.
    options.set_tag(&status.portfolio_id);
    // Some browsers only show them for installed applications; the title of the tab tells it too.
    let _ = Notification::new_with_options(title, &options);
}

/// Moves the focus to the new heading where what had it has gone; a reader who is elsewhere is left alone.
fn focus_heading() {
    request_animation_frame(|| {
        let is_nowhere = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(title) = element("title").filter(|_| is_nowhere) {
            // Whoever reads further down is not pulled up.
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

/// Puts text on the clipboard, and says for two seconds whether it is there.
pub fn copy(text: String, copied: RwSignal<Copied>) {
    let navigator = window().navigator();
    // Only a page that came over a safe connection has one.
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    spawn_local(async move {
        let is_done = has_clipboard && JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok();
        copied.set(if is_done { Copied::Yes } else { Copied::Refused });
        gloo_timers::future::TimeoutFuture::new(COPIED_MS).await;
        copied.set(Copied::No);
    });
}

/// What a key means in the search box.
pub fn key_of(event: &KeyboardEvent) -> Key {
    match event.key().as_str() {
        "Enter" if event.shift_key() => Key::ShiftEnter,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        _ => Key::Other,
    }
}

/// Listens to the shortcuts, unless they were turned off here before.
pub fn listen_to_keys(live: PageState, is_on: RwSignal<bool>) {
    Effect::new(move |_| {
        let remembered = storage().and_then(|storage| storage.get_item(SHORTCUTS_OFF).ok().flatten());
        is_on.set(remembered.is_none());
    });
    // The page lives as long as the document: nothing has to be taken back.
    window_event_listener(ev::keydown, move |event| {
        let is_free = !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !is_typing();
        if is_on.get_untracked() && is_free && act_on(&live, &event.key()) {
            event.prevent_default();
        }
    });
}

fn act_on(live: &PageState, key: &str) -> bool {
    match key {
        "/" => focus("log-search"),
        "l" => focus("log"),
        "e" => live.log.follows.set(true),
        "p" if !live.connection.get_untracked().is_final() => live.paused.update(|paused| *paused = !*paused),
        _ => return false,
    }
    true
}

/// Whether keys go into a field.
fn is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

/// Remembers whether shortcuts are on, on this device.
pub fn remember_shortcuts(is_on: bool) {
    if let Some(storage) = storage() {
        let _ = if is_on { storage.remove_item(SHORTCUTS_OFF) } else { storage.set_item(SHORTCUTS_OFF, "1") };
    }
}

/// A browser may refuse it; then nothing is remembered.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
