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
    let (attempt, attempts) = live.status.with_untracked(|status| (status.attempt, status.attempts));
    let path = live.log_url();
    let href = format!("{path}?format=txt{}", live.attempt_parameter());
    let attempt_menu = (attempts > 1).then(|| {
        view! {
            <label>
                "Attempts "
                <select name="attempt">
                    <option value=attempt.to_string()>{format!("Attempt {attempt} only")}</option>
                    <option value="all">{format!("All {attempts} attempts")}</option>
                </select>
            </label>
        }
    });
    view! {
        <div class="download">
            <a class="button" href=href>{label}</a>
            <details>
                <summary class="button" aria-label="Download options">"Options"</summary>
                <form action=path class="card">
                    <label>
                        "Format "
                        <select name="format">
                            <option value="txt">"Text"</option>
                            <option value="json">"JSON"</option>
                        </select>
                    </label>
                    {attempt_menu}
                    <label><input type="checkbox" name="include_debug" value="true"/>" Include debug lines"</label>
                    <button type="submit" class="button">"Download"</button>
                </form>
            </details>
        </div>
    }
}
