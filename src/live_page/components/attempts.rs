//! The attempts of a portfolio, each with its own phases and log. Plain links: they work without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The tabs; nothing where there is one attempt.
#[component]
pub fn Attempts(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let numbers = Memo::new(move |_| live.status.with(|status| (status.attempt, status.attempts)));
    move || {
        let (shown, attempts) = numbers.get();
        if attempts < 2 {
            return None;
        }
        let page =
            live.status.with_untracked(|status| format!("/onboarding/progress?portfolioId={}", status.portfolio_id));
        let tabs = (1..=attempts)
            .map(|attempt| {
                // The newest has the address that stays the newest.
                let href = if attempt == attempts { page.clone() } else { format!("{page}&attempt={attempt}") };
                let current = (attempt == shown).then_some("page");
                view! { <li><a href=href aria-current=current>{format!("Attempt {attempt}")}</a></li> }
            })
            .collect_view();
        Some(view! { <nav aria-label="Attempts"><ul class="tabs">{tabs}</ul></nav> })
    }
}
