//! Keyboard shortcuts, which can be turned off (WCAG 2.1.4): single letters get in the way of speech input.

use leptos::prelude::*;

use crate::live_page::browser;

/// What each of them does.
const SHORTCUTS: [(&str, &str); 4] =
    [("/", "search the log"), ("l", "go to the log"), ("e", "show its newest line"), ("p", "pause or resume updates")];

/// The list, and the switch.
#[component]
pub fn Shortcuts(
    /// Whether they are on.
    is_on: RwSignal<bool>,
) -> impl IntoView {
    let items = SHORTCUTS.map(|(key, what)| view! { <li><kbd>{key}</kbd>" "{what}</li> }).collect_view();
    view! {
        <details class="small scripted">
            <summary>"Keyboard shortcuts"</summary>
            <ul class="shortcuts">{items}</ul>
            <label>
                <input
                    type="checkbox"
                    prop:checked=move || is_on.get()
                    on:change:target=move |event| {
                        is_on.set(event.target().checked());
                        browser::remember_shortcuts(is_on.get_untracked());
                    }
                />
                " Use keyboard shortcuts"
            </label>
        </details>
    }
}
