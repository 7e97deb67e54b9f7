//! Rows of the file that are not positions, grouped by the reason.

use leptos::prelude::*;
use positions::FileContent;

use super::{positions_table::lines, words};
use crate::pages::format::count;

/// Lists the rows that are not positions, one item per reason.
pub fn left_out_rows(content: &FileContent) -> impl IntoView + use<> {
    let groups = &content.not_positions;
    let total: usize = groups.iter().map(|group| group.rows.len()).sum();
    let items = groups
        .iter()
        .map(|group| {
            let noun = if group.rows.len() == 1 { "line" } else { "lines" };
            view! { <li>{format!("{}: {noun} {}", words::left_out(group.why), lines(&group.rows))}</li> }
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
