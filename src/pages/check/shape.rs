//! *How the file is read*: the menus for what a person rarely has to change.

use leptos::prelude::*;
use positions::FileContent;

use super::words::DATE_ORDERS;

const DELIMITERS: [(char, &str, &str); 4] =
    [(',', ",", "Commas"), (';', ";", "Semicolons"), ('\t', "tab", "Tabs"), ('|', "|", "Vertical bars")];

const DECIMALS: [(char, &str); 2] = [('.', "1,234.50"), (',', "1.234,50")];

const ENCODINGS: [&str; 4] = ["UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252"];

/// Renders the menus for cells, numbers, dates and the header row.
pub fn shape(content: &FileContent) -> impl IntoView + use<> {
    let reading = &content.reading;
    let delimiter = reading.delimiter.map(|shown| {
        let options: Vec<_> =
            DELIMITERS.iter().map(|(mark, value, label)| Choice::new(*value, label, *mark == shown)).collect();
        view! { <Menu name="delimiter" label="Cells are separated by" options/> }
    });
    let encoding = reading.encoding.as_deref().map(|shown| {
        let options: Vec<_> =
            ENCODINGS.iter().map(|encoding| Choice::new(*encoding, encoding, *encoding == shown)).collect();
        view! { <Menu name="encoding" label="Text encoding" options/> }
    });
    let decimals = DECIMALS
        .iter()
        .map(|(mark, label)| Choice::new(mark.to_string(), label, reading.decimal == Some(*mark)))
        .collect();
    let orders = DATE_ORDERS
        .iter()
        .map(|(order, value, label)| Choice::new(*value, label, reading.date_order == Some(*order)))
        .collect();
    let header_row = reading.header_row.map(|row| row.to_string());
    let sheet = reading.sheet.clone().map(|sheet| {
        view! {
            <div class="field">
                <label for="sheet">"Worksheet"</label>
                <input id="sheet" name="sheet" type="text" maxlength="64" autocomplete="off" value=sheet/>
            </div>
        }
    });
    view! {
        <details>
            <summary>"How the file is read"</summary>
            <div class="choices">
                {delimiter}
                <Menu name="decimal" label="Numbers look like" options=decimals/>
                <Menu name="date_order" label="Dates are written" options=orders/>
                {encoding}
                {sheet}
                <div class="field">
                    <label for="header_row">"Line with the column names"</label>
                    <input id="header_row" name="header_row" type="text" inputmode="numeric" autocomplete="off" value=header_row/>
                </div>
            </div>
        </details>
    }
}

/// One option of a menu.
struct Choice {
    value: String,
    label: &'static str,
    is_shown: bool,
}

impl Choice {
    fn new(value: impl Into<String>, label: &'static str, is_shown: bool) -> Self {
        Self { value: value.into(), label, is_shown }
    }
}

/// A labeled menu. If no option applies, an empty one is selected.
#[component]
fn Menu(name: &'static str, label: &'static str, options: Vec<Choice>) -> impl IntoView {
    let none = (!options.iter().any(|option| option.is_shown)).then(|| view! { <option value="">"As found"</option> });
    let options = options
        .into_iter()
        .map(|Choice { value, label, is_shown }| view! { <option value=value selected=is_shown>{label}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{none}{options}</select>
        </div>
    }
}
