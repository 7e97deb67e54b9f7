//! *To fix*: what has to be decided or corrected before the portfolio can start, one item per kind
//! of problem, each with its repairs.

use leptos::prelude::*;
use positions::{
    DraftPosition, EXAMPLES, Field, FileContent, MAX_OCCURRENCES, Occurrence, ProblemCode, ProblemGroup, Repair,
};
use uuid::Uuid;

use super::CheckView;
use crate::{
    pages::format::count,
    server::previews::{all_suggestions, repair_id},
};

/// Maximum number of fields in which a person can type a missing value, per kind of problem.
const MAX_TYPED: usize = 20;

/// Explains the button that accepts all suggestions.
const SUGGESTIONS: &str = "Held throughout, at the market's price, with the file's cash: whatever applies below.";

/// Renders the list *To fix*, or nothing if nothing has to be fixed.
pub fn questions(view: &CheckView) -> Option<impl IntoView + use<>> {
    let content = &view.checked.content;
    let total = view.form_problems.len() + content.problems.len();
    if total == 0 {
        return None;
    }
    let heading = if total == 1 { "1 thing to fix".to_owned() } else { format!("{} things to fix", count(total)) };
    let of_form = view
        .form_problems
        .iter()
        .map(|problem| view! { <li><p class="strong">{problem.message.clone()}</p></li> })
        .collect_view();
    let of_file = content
        .problems
        .iter()
        .map(|group| question(view.id, content, group, view.all == Some(group.code)))
        .collect_view();
    let all = all_suggestions(content).map(|repair| {
        view! {
            <div class="actions">{repair_button(&repair)}</div>
            <p class="small">{SUGGESTIONS}</p>
        }
    });
    Some(view! {
        <section class="failure" role="alert" aria-labelledby="fix-title" id="to-fix">
            <h2 id="fix-title">{heading}</h2>
            {all}
            <ul aria-label="To fix" class="questions">{of_form}{of_file}</ul>
        </section>
    })
}

/// Renders one kind of problem: its sentence, examples, fields to type in, and repairs.
fn question(id: Uuid, content: &FileContent, group: &ProblemGroup, is_open: bool) -> impl IntoView + use<> {
    let shown = if is_open { MAX_OCCURRENCES } else { EXAMPLES };
    let examples = group.examples.iter().take(shown).filter_map(|occurrence| example(occurrence, group));
    let listed = group.examples.len().min(shown);
    let rest = group.count.saturating_sub(listed);
    let all = (rest > 0 && !is_open).then(|| {
        let code = serde_json::to_value(group.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        let href = format!("/portfolios/new/{id}?all={}#to-fix", code.unwrap_or_default());
        let words = if group.count > MAX_OCCURRENCES {
            format!("Show the first {}", count(MAX_OCCURRENCES))
        } else {
            format!("Show all {}", count(group.count))
        };
        view! { <p class="small"><a href=href>{words}</a></p> }
    });
    let beyond = (rest > 0 && is_open).then(|| view! { <p class="small">{format!("And {} more.", count(rest))}</p> });
    let examples = examples.map(|text| view! { <li>{text}</li> }).collect_view();
    let repairs = group.repair.iter().chain(&group.other_repairs).map(repair_button).collect_view();
    view! {
        <li>
            <p class="strong">{group.message.clone()}</p>
            <ul class="small examples">{examples}</ul>
            {all}
            {beyond}
            <div class="actions">{repairs}{date_field(group.code)}</div>
            {typed_fields(content, group)}
        </li>
    }
}

/// Describes one occurrence of a problem. If its sentence is that of the whole group, only the line
/// is left to say.
fn example(occurrence: &Occurrence, group: &ProblemGroup) -> Option<String> {
    match occurrence.row {
        Some(row) if occurrence.message == group.message => Some(format!("Line {row}")),
        Some(row) => Some(format!("Line {row}: {}", occurrence.message)),
        None => Some(occurrence.message.clone()).filter(|message| *message != group.message),
    }
}

/// Renders the button of a repair.
pub fn repair_button(repair: &Repair) -> impl IntoView + use<> {
    view! { <button class="button" name="repair" value=repair_id(repair)>{repair.label.clone()}</button> }
}

/// Renders a field for one date that applies to all positions without one.
fn date_field(code: ProblemCode) -> Option<impl IntoView + use<>> {
    (code == ProblemCode::EntryDateUnknown).then(|| {
        view! {
            <div class="inline">
                <label for="entry_date_on">"Or all on one day"</label>
                <input id="entry_date_on" name="entry_date_on" type="date"/>
                <button class="button" name="entry_date" value="date">"Use this day"</button>
            </div>
        }
    })
}

/// Renders fields in which a person can type a missing symbol or price.
fn typed_fields(content: &FileContent, group: &ProblemGroup) -> Option<impl IntoView + use<>> {
    let (legend, fields) = match group.code {
        ProblemCode::SymbolUnknown => ("Or type the symbols", identifier_fields(content)),
        ProblemCode::ForeignCurrency if is_about_exits(content, group) => {
            ("Type what you received per share, in dollars", exit_fields(content, group))
        }
        ProblemCode::EntryPriceUnknown | ProblemCode::ForeignCurrency => {
            ("Or type what you paid per share, in dollars", price_fields(content, group))
        }
        _ => return None,
    };
    if fields.is_empty() {
        return None;
    }
    let rest = (group.count > MAX_TYPED).then(|| {
        view! { <p class="small">{format!("These are the first {MAX_TYPED}. Add the others to your file.")}</p> }
    });
    let fields = fields
        .into_iter()
        .map(|(name, label)| {
            view! {
                <div class="field">
                    <label for=name.clone()>{label}</label>
                    <input id=name.clone() name=name type="text" autocomplete="off"/>
                </div>
            }
        })
        .collect_view();
    Some(view! {
        <details>
            <summary>{legend}</summary>
            <div class="choices">{fields}</div>
            {rest}
            <button class="button" name="action" value="update">"Apply"</button>
        </details>
    })
}

/// Returns a field for each identifier without a symbol: its name in the form and its label.
fn identifier_fields(content: &FileContent) -> Vec<(String, String)> {
    let mut identifiers: Vec<&String> = Vec::new();
    for position in content.positions.iter().filter(|position| position.symbol.is_none()) {
        if let Some(isin) = &position.isin
            && !identifiers.contains(&isin)
        {
            identifiers.push(isin);
        }
    }
    identifiers.into_iter().take(MAX_TYPED).map(|isin| (format!("symbol_{isin}"), isin.clone())).collect()
}

/// Returns whether the prices of a group are those of exits. The group names the column of the exit
/// prices, and the file has one or takes them from its sales.
fn is_about_exits(content: &FileContent, group: &ProblemGroup) -> bool {
    let entry = content.reading.columns.iter().find(|column| column.field == Field::EntryPrice);
    let is_entry = entry.is_some_and(|column| group.column.as_deref() == Some(column.name.as_str()));
    let closes = |row| content.positions.iter().any(|position| closes(position, row));
    !is_entry && group.examples.iter().filter_map(|example| example.row).all(closes)
}

fn closes(position: &DraftPosition, row: u64) -> bool {
    position.exit_price.is_some() && position.rows.last() == Some(&row)
}

/// Returns a field for the entry price of each line that the problem names.
fn price_fields(content: &FileContent, group: &ProblemGroup) -> Vec<(String, String)> {
    let position_of = |row: u64| content.positions.iter().find(move |position| position.rows.first() == Some(&row));
    fields_of_rows(group, "entry_price", position_of)
}

/// Returns a field for the exit price of each line that the problem names.
fn exit_fields(content: &FileContent, group: &ProblemGroup) -> Vec<(String, String)> {
    let position_of = |row: u64| content.positions.iter().find(move |position| closes(position, row));
    fields_of_rows(group, "exit_price", position_of)
}

/// Returns one field per line. Several positions come from one line if it was sold in parts.
fn fields_of_rows<'a>(
    group: &ProblemGroup,
    field: &str,
    position_of: impl Fn(u64) -> Option<&'a DraftPosition>,
) -> Vec<(String, String)> {
    let mut rows: Vec<u64> = Vec::new();
    for row in group.examples.iter().filter_map(|example| example.row) {
        if !rows.contains(&row) && rows.len() < MAX_TYPED {
            rows.push(row);
        }
    }
    let labeled = rows.into_iter().map(|row| {
        let symbol = position_of(row).and_then(|position| position.symbol.clone().or_else(|| position.isin.clone()));
        (format!("edit_{row}_{field}"), format!("{} (line {row})", symbol.unwrap_or_default()))
    });
    labeled.collect()
}
