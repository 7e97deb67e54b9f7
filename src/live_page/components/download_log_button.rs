//! Links that download the log as a file, and a menu with options. All of it is plain HTML, so it
//! works without scripts.
//!
//! The links have no `download` attribute: with it, a browser would save an error as a file instead
//! of showing it. The server asks the browser to save the log, by `Content-Disposition`.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The download link with its menu *Options*. The link's label is *Download Full Log* during a run
/// and *Download Log* afterward.
#[component]
pub fn DownloadLogButton(live: PageState, label: &'static str) -> impl IntoView {
    view! { <div class="log-download" inner_html=download_html(&live, label)></div> }
}

/// Returns the content of the [`DownloadLogButton`].
///
/// The HTML is one string, because nothing in it changes: a view of as many elements would add 1 KB
/// to the WebAssembly. Only ids, numbers and labels of this program are inserted.
pub fn download_html(live: &PageState, label: &str) -> String {
    let (attempt, attempts) = live.status.with_untracked(|status| (status.attempt, status.attempts));
    let (path, of_attempt) = (live.log_url(), live.attempt_parameter());
    let attempt_menu = if attempts > 1 {
        format!(
            "<label>Attempts <select name=\"attempt\"><option value=\"{attempt}\">Attempt {attempt} only</option>\
             <option value=\"all\">All {attempts} attempts</option></select></label>"
        )
    } else {
        String::new()
    };
    format!(
        "<a class=\"button\" href=\"{path}?format=txt{of_attempt}\">{label}</a>\
         <details><summary class=\"button\" aria-label=\"Download options\">Options</summary>\
         <form action=\"{path}\" class=\"card\">\
         <label>Format <select name=\"format\"><option value=\"txt\">Text</option>\
         <option value=\"json\">JSON</option></select></label>{attempt_menu}\
         <label><input type=\"checkbox\" name=\"include_debug\" value=\"true\"> Include debug lines</label>\
         <button type=\"submit\" class=\"button\">Download</button></form></details>"
    )
}
