//! The form of the upload page, with what was entered before.

use leptos::prelude::*;
use uuid::Uuid;

/// Largest file, in escaped bytes, that a page returns for editing; enough for a whole portfolio.
const MOST_KEPT: usize = 1_000_000;

/// The text of a file that came before, to be corrected or sent again: the content of a text area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText(String);

impl KeptText {
    /// The whole of a file; `None` where it is too long for a page.
    pub fn new(file: &[u8]) -> Option<Self> {
        // The escaped length counts; it is at most five times the original.
        let escaped: usize = file.iter().map(|byte| escape(*byte).map_or(1, str::len)).sum();
        (escaped <= MOST_KEPT).then(|| Self(escaped_text(&String::from_utf8_lossy(file))))
    }
}

/// The text of a file that came before, with what it is called above it.
pub struct KeptFile {
    /// What it is called.
    pub label: &'static str,
    /// The whole of it.
    pub text: KeptText,
}

/// Name, cash and file. Works without any script.
#[component]
pub fn UploadForm(
    /// The name as typed.
    name: String,
    /// Whether something is wrong with it.
    name_invalid: bool,
    /// The cash as typed.
    cash: String,
    /// Whether something is wrong with it.
    cash_invalid: bool,
    /// The file that came before.
    file: Option<KeptFile>,
) -> impl IntoView {
    let file = file.map(|KeptFile { label, text }| {
        view! {
            <div class="field">
                <label for="csv_text">{label}</label>
                <textarea id="csv_text" name="csv_text" rows="12" spellcheck="false" wrap="off" inner_html=text.0></textarea>
                <p class="hint">"Or choose another file above; it is used instead."</p>
            </div>
        }
    });
    view! {
        <form class="card upload" method="post" action="/" enctype="multipart/form-data">
            // A second click on a button of this form leads to what the first one started.
            <input type="hidden" name="form_token" value=Uuid::new_v4().to_string()/>
            <div class="field">
                <label for="portfolio_name">"Portfolio name"</label>
                <input id="portfolio_name" name="portfolio_name" type="text" maxlength="100" autocomplete="off"
                    value=name aria-invalid=name_invalid.then_some("true")/>
            </div>
            <div class="field">
                <label for="cash_balance">"Cash balance"</label>
                <input id="cash_balance" name="cash_balance" type="text" inputmode="decimal" autocomplete="off"
                    value=cash aria-invalid=cash_invalid.then_some("true") aria-describedby="cash-hint"/>
                <p class="hint" id="cash-hint">"Optional, in dollars. 0 where left empty."</p>
            </div>
            <div class="field">
                <label for="csv_file">"Positions CSV"</label>
                <input class="file" id="csv_file" name="csv_file" type="file" accept=".csv,text/csv" aria-describedby="csv-hint"/>
                <p class="hint" id="csv-hint">
                    "Choose a file or drop it here. Columns: Symbol, Quantity, Entry Price Per Share, Entry Date. "
                    <a href="/api/v1/onboarding/csv-template" download="">"Download template"</a>
                </p>
            </div>
            {file}
            <div class="actions">
                <button class="button primary">"Start Setup"</button>
                <button class="button" name="sample" value="true">"Try a sample portfolio"</button>
            </div>
        </form>
    }
}

/// Returns the escape of a byte that HTML would treat as markup.
fn escape(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        _ => None,
    }
}

/// Text as the content of a text area, which is not escaped by itself. A first line break is dropped by browsers, so
/// one is put there to be dropped.
fn escaped_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_file_up_to_a_megabyte_of_page() {
        let longest = "x".repeat(MOST_KEPT);
        assert_eq!(KeptText::new(longest.as_bytes()), Some(KeptText(format!("\n{longest}"))));
        assert_eq!(KeptText::new(format!("{longest}x").as_bytes()), None);
        assert_eq!(KeptText::new("&".repeat(MOST_KEPT / 5 + 1).as_bytes()), None, "it grows on the page");
        assert_eq!(KeptText::new(b"a<b>&c"), Some(KeptText("\na&lt;b>&amp;c".to_owned())));
    }
}
