//! A button that copies text, and says what became of it.

use leptos::prelude::*;

use crate::live_page::browser::{self, Copied};

/// The button. It needs scripts.
#[component]
pub fn CopyButton(
    /// The words on it.
    label: &'static str,
    /// Makes the text, at the click.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let copied = RwSignal::new(Copied::No);
    let words = move || match copied.get() {
        Copied::No => label,
        Copied::Yes => "Copied",
        Copied::Refused => "Could not copy",
    };
    view! {
        <button type="button" class="button tool scripted" on:click=move |_| browser::copy(text(), copied)>
            {words}
        </button>
    }
}
