//! The page *Check Your Portfolio*: what an uploaded file was understood to hold, what to fix, and
//! how long the setup will take. It works without scripts.
//!
//! | file | shows |
//! |---|---|
//! | `questions.rs` | what has to be fixed before the portfolio can start |
//! | `unpriced.rs` | symbols without prices, to correct those of a portfolio |
//! | `warnings.rs` | what may be wrong |
//! | `assumptions.rs` | what was decided about values that the file lacks |
//! | `columns.rs` | the first rows, and what each column was taken for |
//! | `positions_table.rs` | the first positions as they were understood |
//! | `left_out.rs` | rows that are not positions |
//! | `shape.rs` | how the file is split into cells, numbers and dates |
//! | `sums.rs` | the sums to compare with a statement, and how long the setup takes |
//! | `words.rs` | words for the reader's fields and reasons |

mod assumptions;
mod columns;
mod left_out;
mod positions_table;
mod questions;
mod shape;
mod sums;
mod unpriced;
mod warnings;
mod words;

use leptos::{either::Either, prelude::*};
use positions::{Problem, ProblemCode, Reading};
use uuid::Uuid;

use super::{Loaded, NotFoundPage, document::Head};
use crate::{
    pages::format,
    server::{market_data::SourceFacts, previews::CheckedFile},
};

/// The data that a request handler loads for the check page.
pub struct CheckView {
    /// The preview. The form is sent to `/portfolios/new/{id}`.
    pub id: Uuid,
    /// The portfolio's name as typed; empty if none was typed yet.
    pub name: String,
    /// The cash balance as typed.
    pub cash: String,
    pub file_name: String,
    /// The file's content, totals and prices, and the layout that was remembered.
    pub checked: CheckedFile,
    /// The parts of the reading that the person decided. All others were chosen by the reader or
    /// come from the remembered layout.
    pub changes: Reading,
    /// The kind of problem whose occurrences are all listed, from the query `?all=CODE`.
    pub all: Option<ProblemCode>,
    /// Problems of the form's fields: `portfolio_name`, `cash_balance`, and typed values that
    /// cannot be read. The column is the field's name. An empty name is a problem only once the
    /// person has pressed *Start Setup*.
    pub form_problems: Vec<Problem>,
    /// Why the setup was not started although no question is open, for example because the user has
    /// reached a quota.
    pub refusal: Option<String>,
    /// The portfolio whose positions this file corrects. `None` if it becomes a new portfolio.
    pub corrects: Option<Uuid>,
    /// Why this session may not start anything; `None` if it may.
    pub read_only: Option<&'static str>,
    pub source: SourceFacts,
}

impl CheckView {
    /// Returns the document head of the check page.
    pub fn head(&self) -> Head {
        Head::new("Check Your Portfolio")
    }

    fn is_invalid(&self, field: &str) -> bool {
        self.form_problems.iter().any(|problem| problem.column.as_deref() == Some(field))
    }
}

/// The check page, or "Page Not Found" if no data was loaded.
#[component]
pub fn CheckPage() -> impl IntoView {
    let Some(view) = Loaded::<CheckView>::take() else { return Either::Right(view! { <NotFoundPage/> }) };
    let content = &view.checked.content;
    let refusal = view.refusal.clone().map(|refusal| {
        view! {
            <section class="failure" role="alert" aria-labelledby="refusal-title">
                <h2 id="refusal-title">"Your setup hasn't started"</h2>
                <p>{refusal}</p>
            </section>
        }
    });
    let start = match view.read_only {
        Some(why) => Either::Left(view! { <p>{why}</p> }),
        None => Either::Right(
            view! { <button id="start" class="button primary" name="action" value="start">"Start Setup"</button> },
        ),
    };
    // The button is the last element of a long form. The link moves the focus to it.
    let to_start = view.read_only.is_none().then(|| view! { <p><a href="#start">"Go to Start Setup"</a></p> });
    Either::Left(view! {
        <main class="wide">
            <h1>"Check Your Portfolio"</h1>
            <p class="lead">{lead(&view)}</p>
            {to_start}
            {correction(&view)}
            {refusal}
            <form method="post" action=format!("/portfolios/new/{}", view.id)>
                // Browsers press the first button when someone presses Enter in a field.
                <button class="visually-hidden" tabindex="-1" aria-hidden="true" name="action" value="update">"Apply"</button>
                {questions::questions(&view)}
                {unpriced::unpriced_symbols(&view)}
                {warnings::warnings(&view)}
                {assumptions::assumptions(content)}
                {remembered(&view)}
                <section class="card" aria-labelledby="read-title">
                    <h2 id="read-title">"What we read"</h2>
                    {columns::columns(content)}
                    <div class="actions">
                        <button class="button" name="action" value="update">"Read it this way"</button>
                    </div>
                    {shape::shape(content)}
                    {left_out::left_out_rows(content)}
                    <h3 id="understood-title">"Your positions"</h3>
                    {positions_table::positions_table(content)}
                </section>
                {sums::sums(&view)}
                <section class="card" aria-labelledby="name-title">
                    <h2 id="name-title">"Name and cash"</h2>
                    <div class="choices">{name_field(&view)}{cash_field(&view)}</div>
                </section>
                <div class="actions">
                    {start}
                    <button class="button" name="action" value="change_file">"Change file"</button>
                </div>
            </form>
        </main>
    })
}

/// Says which file this is, how it was read, and that nothing has started.
fn lead(view: &CheckView) -> String {
    let content = &view.checked.content;
    let layout = match &content.layout {
        Some(layout) => format!("{layout}: {}", words::kind(content.kind)),
        None => words::kind(content.kind).to_owned(),
    };
    let file = if view.file_name.is_empty() { "Your text".to_owned() } else { view.file_name.clone() };
    format!("{file}, read as {layout}. Nothing has started yet.")
}

/// Says which portfolio this file corrects, and what *Start Setup* does with it.
fn correction(view: &CheckView) -> Option<impl IntoView + use<>> {
    view.corrects.map(|id| {
        let setup = format!("/onboarding/progress?portfolioId={id}");
        let name = if view.name.is_empty() { "your portfolio".to_owned() } else { format!("\"{}\"", view.name) };
        let effect = "Start Setup replaces its positions and starts a new attempt; earlier attempts stay readable.";
        view! { <p class="card">{format!("You're correcting {name}. {effect} ")}<a href=setup>"Back to the setup"</a></p> }
    })
}

/// Says that the columns were taken as last time, and offers to forget that.
fn remembered(view: &CheckView) -> Option<impl IntoView + use<>> {
    view.checked.remembered.clone().map(|layout| {
        view! {
            <p class="card line">
                <span>"We read this file the way you chose last time."</span>
                <button class="button" name="forget_layout" value=layout.id.to_string()>"Forget this layout"</button>
            </p>
        }
    })
}

fn name_field(view: &CheckView) -> impl IntoView + use<> {
    view! {
        <div class="field">
            <label for="portfolio_name">"Portfolio name"</label>
            <input id="portfolio_name" name="portfolio_name" type="text" maxlength="100" autocomplete="off"
                value=view.name.clone() aria-invalid=view.is_invalid("portfolio_name").then_some("true")/>
        </div>
    }
}

/// Renders the field for the cash balance, or the balance that was taken from the file.
fn cash_field(view: &CheckView) -> impl IntoView + use<> {
    let assumptions = &view.checked.content.reading.assumptions;
    let from_file = view.checked.content.cash.as_ref().and_then(|cash| cash.amount);
    match from_file.filter(|_| sums::takes_cash_from_file(assumptions)) {
        Some(amount) => {
            let amount = format::with_currency(&format::price(Some(amount)));
            Either::Left(view! {
                <div class="field">
                    <p class="strong">"Cash balance"</p>
                    <p>{format!("{amount}, from your file")}</p>
                    <button class="button" name="cash" value="as_typed">"Type another amount"</button>
                </div>
            })
        }
        None => Either::Right(view! {
            <div class="field">
                <label for="cash_balance">"Cash balance"</label>
                <input id="cash_balance" name="cash_balance" type="text" inputmode="decimal" autocomplete="off"
                    value=view.cash.clone() aria-invalid=view.is_invalid("cash_balance").then_some("true")
                    aria-describedby="cash-hint"/>
                <p class="hint" id="cash-hint">"Optional. US dollars; we'll assume $0."</p>
            </div>
        }),
    }
}
