//! Tabs that switch between a portfolio's attempts: the first run and each retry. Every attempt has
//! its own phases and log. The tabs are plain links, so they work without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The tabs for the attempts. Renders nothing if there is only one attempt.
#[component]
pub fn Attempts(live: PageState) -> impl IntoView {
    let numbers = Memo::new(move |_| live.status.with(|status| (status.attempt, status.attempts)));
    move || {
        let (shown, attempts) = numbers.get();
        if attempts < 2 {
            return None;
        }
        let page = live.page_url();
        let tabs = (1..=attempts)
            .map(|attempt| {
                // Without an attempt number, the URL always leads to the newest attempt.
                let href = if attempt == attempts { page.clone() } else { format!("{page}&attempt={attempt}") };
                let current = (attempt == shown).then_some("page");
                view! { <li><a href=href aria-current=current>{format!("Attempt {attempt}")}</a></li> }
            })
            .collect_view();
        Some(view! { <nav aria-label="Attempts"><ul class="tabs">{tabs}</ul></nav> })
    }
}
