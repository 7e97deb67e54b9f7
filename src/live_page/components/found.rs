//! What the phases have found so far.

use leptos::prelude::*;

/// The section *What was found*.
#[component]
pub fn Found() -> impl IntoView {
    view! {
        <section class="card found" aria-labelledby="found-title">
            <h2 id="found-title">"What was found"</h2>
        </section>
    }
}
