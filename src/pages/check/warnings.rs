//! *Worth a look*: what may be wrong but does not keep the portfolio from starting.

use leptos::prelude::*;
use positions::{FileWarning, WarningCode};

use super::{CheckView, positions_table::lines, questions::repair_button};
use crate::pages::format::count;

/// Number of warnings that are shown at once. The rest are behind a disclosure.
const SHOWN: usize = 6;

/// Number of unused columns that a warning names.
const COLUMNS_NAMED: usize = 4;

/// Maximum number of warnings on the page.
const MAX_SHOWN: usize = 100;

/// Renders the list *Worth a look*, or nothing if there are no warnings.
pub fn warnings(view: &CheckView) -> Option<impl IntoView + use<>> {
    let warnings = grouped(&view.checked.content.warnings);
    if warnings.is_empty() {
        return None;
    }
    let first = warnings.iter().take(SHOWN).map(warning).collect_view();
    let more = warnings.len().min(MAX_SHOWN).saturating_sub(SHOWN);
    let beyond = warnings.len().saturating_sub(MAX_SHOWN);
    let more = (more > 0).then(|| {
        let rest = warnings.iter().skip(SHOWN).take(MAX_SHOWN - SHOWN).map(warning).collect_view();
        let total = count(more + beyond);
        let beyond = (beyond > 0).then(|| view! { <li>{format!("And {} more.", count(beyond))}</li> });
        view! {
            <details>
                <summary>{format!("{total} more")}</summary>
                <ul class="questions">{rest}{beyond}</ul>
            </details>
        }
    });
    Some(view! {
        <section class="caution" aria-labelledby="warnings-title">
            <h2 id="warnings-title">"Worth a look"</h2>
            <ul class="questions">{first}</ul>
            {more}
        </section>
    })
}

/// Combines the warnings about columns that are not used into one, because a broker's file often
/// has many of them.
fn grouped(warnings: &[FileWarning]) -> Vec<FileWarning> {
    let is_column = |warning: &&FileWarning| warning.code == WarningCode::IgnoredColumn;
    let names: Vec<String> = warnings.iter().filter(is_column).filter_map(|warning| warning.column.clone()).collect();
    if names.len() < 2 {
        return warnings.to_vec();
    }
    let mut grouped: Vec<FileWarning> = warnings.iter().filter(|warning| !is_column(warning)).cloned().collect();
    let named: Vec<String> = names.iter().take(COLUMNS_NAMED).map(|name| format!("\u{201c}{name}\u{201d}")).collect();
    let rest = match names.len().saturating_sub(COLUMNS_NAMED) {
        0 => String::new(),
        rest => format!(" and {} more", count(rest)),
    };
    grouped.push(FileWarning {
        code: WarningCode::IgnoredColumn,
        rows: Vec::new(),
        column: None,
        message: format!("{} columns aren't used: {}{rest}.", count(names.len()), named.join(", ")),
        repair: None,
    });
    grouped
}

fn warning(warning: &FileWarning) -> impl IntoView + use<> {
    let noun = if warning.rows.len() == 1 { "Line" } else { "Lines" };
    // Some sentences name their lines.
    let names_lines = warning.message.contains(" line ") || warning.message.contains(" lines ");
    let rows = (!warning.rows.is_empty() && !names_lines)
        .then(|| view! { <span class="small">{format!("{noun} {}", lines(&warning.rows))}</span> });
    let repair = warning.repair.as_ref().map(|repair| view! { <div class="actions">{repair_button(repair)}</div> });
    view! {
        <li>
            <p>{warning.message.clone()}" "{rows}</p>
            {repair}
        </li>
    }
}
