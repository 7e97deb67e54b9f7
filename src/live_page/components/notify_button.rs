//! *Tell me when it is done*. Asks the browser for permission on that click and never before.

use leptos::prelude::*;

use crate::live_page::browser::{self, Notify};

/// The button, and what became of it.
#[component]
pub fn NotifyButton(
    /// Whether a notification comes at the end.
    notify: RwSignal<Notify>,
) -> impl IntoView {
    // One button throughout: what has the focus does not go away.
    let words = move || if notify.get() == Notify::On { "Do not tell me" } else { "Tell me when it is done" };
    let press = move |_| match notify.get_untracked() {
        Notify::On => notify.set(Notify::Off),
        Notify::Off | Notify::Refused => browser::allow_notifications(notify),
    };
    let note = move || match notify.get() {
        Notify::Off => "",
        Notify::On => "You will be told as long as this page stays open, in any tab.",
        Notify::Refused => "This browser does not allow notifications for this site.",
    };
    view! {
        <div class="scripted">
            <button class="button" type="button" aria-describedby="notify-note" on:click=press>{words}</button>
            <p class="cost" id="notify-note">{note}</p>
        </div>
    }
}
