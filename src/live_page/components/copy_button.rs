//! A button that copies text to the clipboard and then shows whether that succeeded.

use leptos::prelude::*;

use crate::live_page::browser::{self, Copied};

/// The copy button. Hidden if scripts do not run.
#[component]
pub fn CopyButton(
    label: &'static str,
    /// Returns the text to copy. Called on each click.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let copied = RwSignal::new(Copied::No);
    let shown_label = move || match copied.get() {
        Copied::No => label,
        Copied::Yes => "Copied",
        Copied::Refused => "Couldn't copy",
    };
    view! {
        <button type="button" class="button tool scripted" on:click=move |_| browser::copy(text(), copied)>
            {shown_label}
        </button>
    }
}
