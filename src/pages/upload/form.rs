//! The upload form. If a submission is rejected, the form comes back with the user's input.

use leptos::{either::Either, prelude::*};
use uuid::Uuid;

/// Maximum size, in bytes of escaped HTML, at which an uploaded file is shown in the form again.
/// The limit is high enough for 10,000 positions with 100 bytes per row.
const MAX_ESCAPED_BYTES: usize = 1_000_000;

/// The kinds of files that the file chooser offers. Others can still be chosen, because the server
/// recognizes a file by its content.
const ACCEPTED: &str = ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,text/csv,text/tab-separated-values,text/plain";

/// The text of an uploaded file, escaped for the HTML text area in which the user can correct or
/// resubmit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText(String);

impl KeptText {
    /// Escapes the text of an uploaded file. Returns `None` if the text is too long to show on the
    /// page.
    pub fn new(file: &[u8]) -> Option<Self> {
        // The limit applies to the escaped text, which can be up to five times as long as the file.
        let escaped: usize = file.iter().map(|byte| escape(*byte).map_or(1, str::len)).sum();
        (escaped <= MAX_ESCAPED_BYTES).then(|| Self(escaped_text(&String::from_utf8_lossy(file))))
    }
}

/// The label and content of the text area that shows a previously uploaded file.
pub struct KeptFile {
    pub label: &'static str,
    pub text: KeptText,
}

/// The upload form: portfolio name, cash balance and positions file. Works without scripts.
#[component]
pub fn UploadForm(
    /// The preview of a correction, if the file replaces the one of a portfolio.
    corrects: Option<Uuid>,
    /// The portfolio name as the user typed it.
    name: String,
    name_invalid: bool,
    /// The cash balance as the user typed it.
    cash: String,
    cash_invalid: bool,
    /// The previously uploaded file, if any.
    file: Option<KeptFile>,
) -> impl IntoView {
    let file = match file {
        Some(KeptFile { label, text }) => Either::Left(view! {
            <div class="field">
                <label for="csv_text">{label}</label>
                <textarea id="csv_text" name="csv_text" rows="12" spellcheck="false" wrap="off" inner_html=text.0></textarea>
                <p class="hint">"\u{2026}or choose a different file above."</p>
            </div>
        }),
        None => Either::Right(view! {
            <details class="field">
                <summary>"Or paste your positions"</summary>
                <label for="csv_text">"Positions as text"</label>
                <textarea id="csv_text" name="csv_text" rows="6" spellcheck="false" wrap="off"></textarea>
            </details>
        }),
    };
    let actions = match corrects {
        Some(_) => Either::Left(view! { <button class="button primary">"Check the file"</button> }),
        None => Either::Right(view! {
            <button class="button primary">"Start Setup"</button>
            <button class="button" formaction="/portfolios/new">"Check the file first"</button>
            <button class="button" name="sample" value="true">"Try a sample portfolio"</button>
        }),
    };
    view! {
        <form class="card upload" method="post" action="/" enctype="multipart/form-data">
            // The token identifies this copy of the form, so that double-clicking *Start Setup*
            // starts only one run.
            <input type="hidden" name="form_token" value=Uuid::new_v4().to_string()/>
            {corrects.map(|id| view! { <input type="hidden" name="corrects" value=id.to_string()/> })}
            <div class="field">
                <label for="portfolio_name">"Portfolio name"</label>
                <input id="portfolio_name" name="portfolio_name" type="text" maxlength="100" autocomplete="off"
                    value=name aria-invalid=name_invalid.then_some("true")/>
            </div>
            <div class="field">
                <label for="cash_balance">"Cash balance"</label>
                <input id="cash_balance" name="cash_balance" type="text" inputmode="decimal" autocomplete="off"
                    value=cash aria-invalid=cash_invalid.then_some("true") aria-describedby="cash-hint"/>
                <p class="hint" id="cash-hint">"Optional. US dollars; we'll assume $0."</p>
            </div>
            <div class="field">
                <label for="csv_file">"Positions CSV"</label>
                <input class="file" id="csv_file" name="csv_file" type="file" accept=ACCEPTED aria-describedby="csv-hint"/>
                <p class="hint" id="csv-hint">
                    "Drop your broker's file here, or browse. CSV, Excel and OpenDocument files work. "
                    "If something needs a look, we'll show you what we read before anything starts. "
                    <a href="/api/v1/onboarding/csv-template" download="">"Download template"</a>
                </p>
                <p class="hint strong" id="file-status" role="status"></p>
            </div>
            {file}
            <div class="actions">
                {actions}
            </div>
        </form>
    }
}

/// Returns the HTML escape sequence for a byte, or `None` if the byte needs no escaping.
fn escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        _ => None,
    }
}

/// Escapes text for use as the inner HTML of a text area. The result starts with an extra line
/// break, because browsers drop the first line break in a text area.
fn escaped_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_file_up_to_escaped_megabyte() {
        let longest = "x".repeat(MAX_ESCAPED_BYTES);
        assert_eq!(KeptText::new(longest.as_bytes()), Some(KeptText(format!("\n{longest}"))));
        assert_eq!(KeptText::new(format!("{longest}x").as_bytes()), None);
        assert_eq!(KeptText::new("&".repeat(MAX_ESCAPED_BYTES / 5 + 1).as_bytes()), None, "the escaped length counts");
        assert_eq!(KeptText::new(b"a<b>&c"), Some(KeptText("\na&lt;b>&amp;c".to_owned())));
    }
}
