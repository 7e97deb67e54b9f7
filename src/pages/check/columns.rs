//! *What we read*: the first rows of the file, and over each column a menu with what it was taken
//! for.

use leptos::prelude::*;
use positions::{ColumnReading, Field, FileContent};

use super::words::{FIELDS, field_value};
use crate::pages::format::count;

/// Maximum number of columns with a menu. Each menu takes about a kilobyte of the page.
const MAX_COLUMNS: usize = 30;

/// Confidence from which the reader counts as sure.
const SURE: f64 = 0.8;

/// Renders the first rows of the file under menus that say what each column was taken for.
pub fn columns(content: &FileContent) -> impl IntoView + use<> {
    let columns: Vec<&ColumnReading> = content.reading.columns.iter().take(MAX_COLUMNS).collect();
    let rest = content.reading.columns.len().saturating_sub(columns.len());
    let rest = (rest > 0).then(|| {
        let columns = if rest == 1 { "column is" } else { "columns are" };
        view! { <p class="small">{format!("{} more {columns} not shown.", count(rest))}</p> }
    });
    let menus = columns.iter().map(|column| view! { <th scope="col">{menu(column)}</th> }).collect_view();
    let rows = content
        .first_rows
        .iter()
        .map(|row| {
            let cells = columns
                .iter()
                .map(|column| {
                    let class = (column.field == Field::Ignored).then_some("unused");
                    view! { <td class=class>{row.cells.get(column.index).cloned().unwrap_or_default()}</td> }
                })
                .collect_view();
            view! { <tr><th scope="row">{row.row}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="First rows of the file">
            <table aria-labelledby="read-title" class="read">
                <thead><tr><th scope="col">"Line"</th>{menus}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {rest}
    }
}

/// Renders the menu over one column.
fn menu(column: &ColumnReading) -> impl IntoView + use<> {
    let name = if column.name.is_empty() { format!("Column {}", column.index + 1) } else { column.name.clone() };
    let options = FIELDS
        .iter()
        .map(|(field, label)| {
            view! { <option value=field_value(*field) selected=*field == column.field>{*label}</option> }
        })
        .collect_view();
    let matters =
        !matches!(column.field, Field::Ignored | Field::Description | Field::MarketPrice | Field::MarketValue);
    let unsure = (column.confidence < SURE && matters).then(|| view! { <span class="unsure">"Please check"</span> });
    let id = format!("column_{}", column.index);
    view! {
        <label for=id.clone()>{name}</label>
        <select id=id.clone() name=id>{options}</select>
        {unsure}
    }
}
