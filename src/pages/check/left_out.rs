//! Rows of the file that are not positions, grouped by the reason.

use leptos::prelude::*;
use positions::{FileContent, LeftOutReason};

use super::{positions_table::lines, words};
use crate::pages::format::count;

/// Maximum number of rows with a button to put them back.
const MAX_PUT_BACK: usize = 20;

/// Lists the rows that are not positions, one item per reason.
pub fn left_out_rows(content: &FileContent) -> impl IntoView + use<> {
    let groups = &content.not_positions;
    let total: usize = groups.iter().map(|group| group.rows.len()).sum();
    let items = groups
        .iter()
        .map(|group| {
            let noun = if group.rows.len() == 1 { "line" } else { "lines" };
            let put_back = (group.why == LeftOutReason::ByPerson).then(|| put_back(&group.rows));
            view! { <li>{format!("{}: {noun} {}", words::left_out(group.why), lines(&group.rows))}{put_back}</li> }
        })
        .collect_view();
    (total > 0).then(|| {
        let summary = match total {
            1 => "1 line isn't a position".to_owned(),
            total => format!("{} lines aren't positions", count(total)),
        };
        view! {
            <details>
                <summary>{summary}</summary>
                <ul>{items}</ul>
            </details>
        }
    })
}

/// Renders a button that reads a row again, for at most [`MAX_PUT_BACK`] rows that the person left
/// out.
fn put_back(rows: &[u64]) -> impl IntoView + use<> {
    let buttons = rows
        .iter()
        .take(MAX_PUT_BACK)
        .map(|row| {
            let name = format!("put_back_{row}");
            view! { <button class="button" name=name value="on">{format!("Put line {row} back")}</button> }
        })
        .collect_view();
    view! { <div class="actions">{buttons}</div> }
}
