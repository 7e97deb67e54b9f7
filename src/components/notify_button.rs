//! *Tell me when it is done*. Asks the browser for permission on that click and never before.

use leptos::prelude::*;

use crate::pages::progress::browser;

/// What stands between the click and a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Nobody asked.
    #[default]
    Off,
    /// A notification comes at the end.
    On,
    /// The browser does not allow it.
    Refused,
}

/// The button, and what became of it.
#[component]
pub fn NotifyButton(
    /// Whether a notification comes at the end.
    notify: RwSignal<Notify>,
) -> impl IntoView {
    move || match notify.get() {
        Notify::Off => leptos::either::EitherOf3::A(view! {
            <button class="button scripted" type="button" on:click=move |_| browser::allow_notifications(notify)>
                "Tell me when it is done"
            </button>
        }),
        Notify::On => leptos::either::EitherOf3::B(view! {
            <button class="button" type="button" aria-describedby="notify-how" on:click=move |_| notify.set(Notify::Off)>
                "Do not tell me"
            </button>
            <span class="cost" id="notify-how">"You will be told as long as this page stays open, in any tab."</span>
        }),
        Notify::Refused => leptos::either::EitherOf3::C(view! {
            <span class="cost">"This browser does not allow notifications for this site."</span>
        }),
    }
}
