//! The page *Check Your Portfolio*: what an uploaded file was understood to hold, what to fix, and
//! how long the setup will take. It works without scripts.

use leptos::{either::Either, prelude::*};
use positions::{Problem, ProblemCode, Reading};
use uuid::Uuid;

use super::{Loaded, NotFoundPage, document::Head};
use crate::server::{market_data::SourceFacts, previews::CheckedFile};

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
    /// Why this session may not start anything; `None` if it may.
    pub read_only: Option<&'static str>,
    pub source: SourceFacts,
}

impl CheckView {
    /// Returns the document head of the check page.
    pub fn head(&self) -> Head {
        Head::new("Check Your Portfolio")
    }
}

/// The check page, or "Page Not Found" if no data was loaded.
#[component]
pub fn CheckPage() -> impl IntoView {
    let Some(view) = Loaded::<CheckView>::take() else { return Either::Right(view! { <NotFoundPage/> }) };
    let problems = view.form_problems.into_iter().map(|problem| view! { <li>{problem.message}</li> }).collect_view();
    let groups = view
        .checked
        .content
        .problems
        .into_iter()
        .map(|group| {
            let examples = group.examples.into_iter().take(positions::EXAMPLES).map(|example| example.message);
            let repairs = group.repair.into_iter().chain(group.other_repairs).map(|repair| {
                let id = crate::server::previews::repair_id(&repair);
                view! { <button name="repair" value=id>{repair.label}</button> }
            });
            view! {
                <li>
                    {group.message}
                    {examples.map(|message| view! { <p>{message}</p> }).collect_view()}
                    {repairs.collect_view()}
                </li>
            }
        })
        .collect_view();
    Either::Left(view! {
        <main>
            <h1>"Check Your Portfolio"</h1>
            {view.refusal.map(|refusal| view! { <p role="alert">{refusal}</p> })}
            <form class="card" method="post" action=format!("/portfolios/new/{}", view.id)>
                <ul aria-label="To fix">{problems}{groups}</ul>
                <label for="portfolio_name">"Portfolio name"</label>
                <input id="portfolio_name" name="portfolio_name" type="text" maxlength="100" value=view.name/>
                <label for="cash_balance">"Cash balance"</label>
                <input id="cash_balance" name="cash_balance" type="text" value=view.cash/>
                <button class="button primary" name="action" value="start">"Start Setup"</button>
                <button class="button" name="action" value="update">"Update"</button>
                <button class="button" name="action" value="change_file">"Change file"</button>
            </form>
        </main>
    })
}
