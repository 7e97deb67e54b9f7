//! The support page: a search box for support codes, and the runs of today.

use leptos::{either::Either, prelude::*};
use status::{RunStatus, counted, format_exact};

use super::state_words::{progress, run_state};
use crate::server::{
    store::{RunList, RunListItem},
    util::clock,
};

/// Longest text that is shown again after a failed search, in characters.
const MAX_SHOWN: usize = 40;

/// The data of the support page.
pub struct AdminView {
    pub search: Search,
    pub today: RunList,
}

/// The result of a search for a support code.
pub enum Search {
    None,
    /// The text, as typed, is not a support code.
    Malformed(String),
    /// No run has this code.
    Unknown(String),
    Found(RunListItem),
    /// Several runs have this code.
    Several(String, Vec<RunListItem>),
}

impl Search {
    /// Returns the text for the search box.
    fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Malformed(text) => text.chars().take(MAX_SHOWN).collect(),
            Self::Unknown(code) | Self::Several(code, _) => code.clone(),
            Self::Found(run) => run.support_code.clone(),
        }
    }

    /// Returns what is wrong with the code, if it leads nowhere.
    fn problem(&self) -> Option<String> {
        match self {
            Self::Malformed(_) => Some("A support code has six letters and digits, such as K7Q-M2X.".to_owned()),
            Self::Unknown(code) => Some(format!("No run has the support code {code}. Its portfolio may be deleted.")),
            Self::None | Self::Found(_) | Self::Several(..) => None,
        }
    }
}

/// The support page.
#[component]
pub fn AdminPage(view: AdminView) -> impl IntoView {
    let AdminView { search, today } = view;
    let (text, problem) = (search.text(), search.problem());
    let has_problem = problem.is_some();
    let problem = problem.map(|problem| view! { <p id="code-problem" class="problem" role="alert">{problem}</p> });
    let several = match search {
        Search::Several(code, runs) => {
            let title = format!("{} with the support code {code}", counted(runs.len() as u64, "run"));
            Some(view! { <RunTable id="several-title" title runs/> })
        }
        _ => None,
    };
    let total = today.items.len() as u64 + today.more;
    let list = if today.items.is_empty() {
        Either::Left(view! {
            <section class="card" aria-labelledby="today-title">
                <h2 id="today-title">"Runs of today (UTC)"</h2>
                <p>"No runs yet."</p>
            </section>
        })
    } else {
        let title = format!("{} today (UTC)", counted(total, "run"));
        Either::Right(view! { <RunTable id="today-title" title runs=today.items more=today.more/> })
    };
    view! {
        <main class="wide">
            <h1>"Support"</h1>
            <p class="lead">"Every read on this page, and of a run that you open, is recorded."</p>
            <form class="support-search" method="get" action="/admin" role="search" aria-label="Find a run">
                <div class="field">
                    <label for="code">"Support code"</label>
                    <input
                        id="code" name="code" type="text" value=text autocomplete="off" spellcheck="false" maxlength="40"
                        aria-describedby=if has_problem { "code-problem code-hint" } else { "code-hint" }
                        aria-invalid=has_problem.then_some("true")
                    />
                    {problem}
                    <p id="code-hint" class="hint">"Such as K7Q-M2X. Spaces, hyphens and case don't matter."</p>
                </div>
                <button class="button primary" type="submit">"Open the run"</button>
            </form>
            {several}
            {list}
        </main>
    }
}

/// A table of runs. The support code of each links to its live page.
#[component]
fn RunTable(
    id: &'static str,
    title: String,
    runs: Vec<RunListItem>,
    /// Number of runs that the table leaves out.
    #[prop(optional)]
    more: u64,
) -> impl IntoView {
    let rows = runs.into_iter().map(|run| view! { <RunRow run/> }).collect_view();
    let more = (more > 0).then(|| view! { <p class="small">{format!("And {} more.", counted(more, "older run"))}</p> });
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <div class="scroll" tabindex="0" role="group" aria-labelledby=id>
                <table class="runs">
                    <thead>
                        <tr>
                            <th scope="col">"Code"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Phase"</th>
                            <th scope="col">"Started (UTC)"</th>
                            <th scope="col">"Duration"</th>
                            <th scope="col">"Owner"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

#[component]
fn RunRow(run: RunListItem) -> impl IntoView {
    let end_ms = run.completed_ms.unwrap_or_else(clock::now_ms);
    let state = match run.status {
        RunStatus::Running => progress(run.percent, run.queue),
        ended => format!("{} \u{b7} {}%", run_state(ended, run.is_cancelled, run.queue), run.percent),
    };
    let phase =
        run.phase.map_or_else(|| "\u{2013}".to_owned(), |phase| format!("{}. {}", phase.number(), phase.name()));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/onboarding/progress?portfolioId={}&attempt={}", run.portfolio_id, run.attempt)>
                    {run.support_code}
                </a>
            </th>
            <td>{state}</td>
            <td>{phase}</td>
            <td>
                <time datetime=clock::rfc3339(run.started_ms) title=clock::page_time(run.started_ms)>
                    {clock::time_of_day(run.started_ms)}
                </time>
            </td>
            <td>{format_exact(clock::elapsed_ms(run.started_ms, end_ms))}</td>
            <td class="owner">{run.owner}</td>
        </tr>
    }
}
