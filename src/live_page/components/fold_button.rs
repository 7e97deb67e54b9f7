//! The button that folds the log lines of a phase down to their first line.

use leptos::prelude::*;
use status::Phase;

use crate::live_page::log_view::phase_number;

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
