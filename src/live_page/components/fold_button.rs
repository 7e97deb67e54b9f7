//! The button that folds the log lines of a phase down to their first line.

use leptos::{html, prelude::*};
use status::Phase;

use crate::live_page::{browser, log_view::phase_number, state::PageState};

/// The button at the first line of a phase. It is outside the list of lines, so that a copied line
/// has no text of the button in it.
///
/// The HTML is not reactive, because most of these buttons are rendered on the server. The log
/// handles their clicks, and updates their state and number of hidden lines.
#[component]
pub fn FoldButton(phase: Phase) -> impl IntoView {
    let number = phase_number(phase);
    let button = format!(
        "<button type=\"button\" data-phase=\"{number}\" aria-expanded=\"true\" aria-label=\"Lines of phase {number}\"></button>"
    );
    view! { <div class="fold scripted" inner_html=button></div> }
}

/// Keeps the buttons of folded phases up to date: they show the number of hidden lines.
pub fn label_fold_buttons(live: PageState, scroller: NodeRef<html::Div>) {
    let folded = live.log.folded;
    Effect::new(move |was_folded: Option<bool>| {
        // New lines may belong to a folded phase.
        let _ = live.newest_seq();
        let is_folded = folded.with(|folded| !folded.is_empty());
        if is_folded || was_folded == Some(true) {
            browser::in_next_frame(move || folded.with_untracked(|folded| browser::label_folds(scroller, folded)));
        }
        is_folded
    });
}
