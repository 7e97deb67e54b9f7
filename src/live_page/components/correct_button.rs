//! The *Correct positions* button, which leads to the check page with the portfolio's file. It is a
//! plain form, so it works without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// Returns the *Correct positions* button, or nothing if the viewer may not correct them, or if
/// their file is not stored.
pub fn correct_html(live: &PageState, class: &str) -> String {
    if !live.can_correct {
        return String::new();
    }
    let id = live.status.with_untracked(|status| status.portfolio_id.clone());
    format!(
        "<form method=\"post\" action=\"/portfolios/{id}/correct\">\
         <button class=\"{class}\">Correct positions</button></form>"
    )
}
