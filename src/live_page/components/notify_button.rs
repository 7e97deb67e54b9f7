//! The *Notify me when done* button. The page asks for permission to show notifications only when
//! the user clicks it.

use leptos::prelude::*;

use crate::live_page::browser::{self, Notify};

/// The notification button, with a note that appears when notifications are on or blocked. The
/// script in the page hides it in browsers that cannot show notifications.
#[component]
pub fn NotifyButton(notify: RwSignal<Notify>) -> impl IntoView {
    // Only the label changes, so that the button keeps the focus after a click.
    let label = move || {
        if notify.get() == Notify::On { "Notifications on \u{2013} turn off" } else { "Notify me when done" }
    };
    let press = move |_| match notify.get_untracked() {
        Notify::On => notify.set(Notify::Off),
        Notify::Off | Notify::Refused => browser::allow_notifications(notify),
    };
    let note = move || match notify.get() {
        Notify::Off => "",
        Notify::On => "Keep this tab open and we'll notify you.",
        Notify::Refused => {
            "Notifications are blocked. Allow them in the site settings next to the address, then try again."
        }
    };
    view! {
        <div class="scripted notify">
            <button class="button" type="button" aria-describedby="notify-note" on:click=press>{label}</button>
            <p class="cost" id="notify-note">{note}</p>
        </div>
    }
}
