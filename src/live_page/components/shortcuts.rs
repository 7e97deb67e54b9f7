//! The list of keyboard shortcuts. Single-letter shortcuts interfere with speech input, so users
//! can turn them off (WCAG 2.1.4).

use leptos::prelude::*;

use crate::live_page::browser;

/// Each shortcut key with a description of what it does.
const SHORTCUTS: [(&str, &str); 4] = [
    ("/", "search the log"),
    ("l", "go to the log"),
    ("e", "jump to the newest line"),
    ("p", "pause or resume updates"),
];

/// The list of shortcuts, with a checkbox that turns them all on or off.
#[component]
pub fn Shortcuts(is_on: RwSignal<bool>) -> impl IntoView {
    let items = SHORTCUTS.map(|(key, action)| view! { <li><kbd>{key}</kbd>" "{action}</li> }).collect_view();
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
