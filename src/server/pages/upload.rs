//! The upload page: the form, what was wrong with it, and *Your portfolios* below. Works without any script.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};

use super::{Page, Site, shell::Shell};
use crate::{
    server::{market_data::SourceFacts, portfolio::Problem, store::PortfolioListItem},
    status::RunStatus,
};

/// Everything the page shows.
pub struct UploadView {
    /// What all pages have in common.
    pub site: Arc<Site>,
    /// What stands beside the form.
    pub beside: Beside,
    /// The name as typed.
    pub name: String,
    /// The cash as typed.
    pub cash: String,
    /// The file that was refused, to be corrected here.
    pub csv: Option<String>,
    /// What was wrong.
    pub problems: Vec<Problem>,
}

/// What the page shows beside the form.
pub enum Beside {
    /// With a session, what it is for.
    Own {
        /// What the data source has.
        source: SourceFacts,
        /// One's portfolios, or why they cannot be listed.
        portfolios: Result<Vec<PortfolioListItem>, String>,
    },
    /// Where the session ended before the form came, the way to the next one.
    SignIn {
        /// Where one signs in, where there is such a place.
        url: Option<String>,
    },
}

/// Renders the page.
pub fn render(page: UploadView) -> Page {
    super::render(&page.site.clone(), move || {
        let UploadView { site, beside, name, cash, csv, problems } = page;
        let (sign_in, beside) = match beside {
            Beside::SignIn { url } => (Some(view! { <SignIn url/> }), None),
            Beside::Own { source, portfolios } => (None, Some(view! { <Source source/> <Portfolios portfolios/> })),
        };
        let title = match problems.is_empty() {
            _ if sign_in.is_some() => "Sign In to Continue",
            true => "Set Up Your Portfolio",
            false => "Please Correct the Portfolio",
        };
        let invalid = |field: &str| {
            problems.iter().any(|problem| problem.row.is_none() && problem.column.as_deref() == Some(field))
        };
        let (name_invalid, cash_invalid) = (invalid("portfolio_name"), invalid("cash_balance"));
        let csv = csv.filter(|_| !problems.is_empty() || sign_in.is_some());
        let correction = csv.map(|csv| {
            view! {
                <div class="field">
                    <label for="csv_text">{if sign_in.is_some() { "Your file" } else { "Your file, to correct here" }}</label>
                    <textarea id="csv_text" name="csv_text" rows="12" spellcheck="false" wrap="off" inner_html=escaped(&csv)></textarea>
                    <p class="hint">"Or choose another file above; it is used instead."</p>
                </div>
            }
        });
        view! {
            <Shell site=(*site).clone() title=title.to_owned()>
                <main>
                    <h1>"Set Up Your Portfolio"</h1>
                    <p class="lead">"Upload what you hold. You will see every step, and nothing is hidden from the log."</p>
                    {sign_in}
                    <Problems problems=problems/>
                    <form class="card upload" method="post" action="/" enctype="multipart/form-data">
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
                        {correction}
                        <div class="actions">
                            <button class="button primary">"Start Setup"</button>
                            <button class="button" name="sample" value="true">"Try a sample portfolio"</button>
                        </div>
                    </form>
                    {beside}
                </main>
            </Shell>
        }
    })
}

/// Text as the content of a text area, which is not escaped by itself. A first line break is dropped by browsers, so
/// one is put there to be dropped.
fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Why nothing was started, and what to do about it.
#[component]
fn SignIn(url: Option<String>) -> impl IntoView {
    let link = url.map(|url| {
        view! {
            <div class="actions">
                <a class="button primary" href=url target="_blank" rel="noopener">"Sign In in a New Tab"</a>
            </div>
        }
    });
    view! {
        <section class="failure" role="alert" aria-labelledby="sign-in-title">
            <h2 id="sign-in-title">"Sign in to continue"</h2>
            <p>
                "Your session ended before the form arrived, so nothing was started. What you entered is kept below: sign in in another tab, then press Start Setup again here."
            </p>
            {link}
        </section>
    }
}

/// Every problem, by row.
#[component]
fn Problems(problems: Vec<Problem>) -> impl IntoView {
    if problems.is_empty() {
        return Either::Left(());
    }
    let heading = match problems.len() {
        1 => "1 problem to correct".to_owned(),
        count => format!("{count} problems to correct"),
    };
    let items = problems
        .into_iter()
        .map(|problem| {
            let place = match (problem.row, problem.column.as_deref()) {
                (Some(row), Some(column)) => format!("Line {row}, {column}: "),
                (Some(row), None) => format!("Line {row}: "),
                (None, Some("portfolio_name")) => "Portfolio name: ".to_owned(),
                (None, Some("cash_balance")) => "Cash balance: ".to_owned(),
                (None, Some("csv_file")) => "Positions CSV: ".to_owned(),
                (None, Some(column)) => format!("{column}: "),
                (None, None) => String::new(),
            };
            view! { <li><span class="strong">{place}</span>{problem.message}</li> }
        })
        .collect_view();
    Either::Right(view! {
        <section class="failure" role="alert" aria-labelledby="problems-title">
            <h2 id="problems-title">{heading}</h2>
            <p>"Nothing was started. What you entered is kept below."</p>
            <ul class="problems">{items}</ul>
        </section>
    })
}

/// What the data source has, where it is limited.
#[component]
fn Source(source: SourceFacts) -> impl IntoView {
    let Some((first, last)) = source.dates else {
        return Either::Left(view! {
            <section class="card" aria-labelledby="source-title">
                <h2 id="source-title">"Where the prices come from"</h2>
                <p>{format!("Daily closing prices come from {}. A symbol that is unknown there is reported and left out.", source.name)}</p>
                {source.notice.map(|notice| view! { <p>{notice}</p> })}
            </section>
        });
    };
    let symbols = source.symbols.join(", ");
    let what = match &source.notice {
        Some(_) => "This server uses sample data: real daily prices, but old. It is for trying things out, not for investment. It has prices from ".to_owned(),
        None => format!("Prices come from {}. There are prices from ", source.name),
    };
    Either::Right(view! {
        <section class="card" aria-labelledby="source-title">
            <h2 id="source-title">"Where the prices come from"</h2>
            <p>
                {what}
                <time datetime=first.to_string()>{first.to_string()}</time>" to "<time datetime=last.to_string()>{last.to_string()}</time>" of:"
            </p>
            <p class="symbols">{symbols}</p>
            <p>
                "Use these symbols with entry dates up to "{last.to_string()}
                " to see your own numbers here. A symbol that is not in the list is reported and left out. Entries after that date need live market data, which an operator turns on with "
                <code>"MARKET_DATA=tiingo"</code>"."
            </p>
        </section>
    })
}

/// *Your portfolios*, newest first.
#[component]
fn Portfolios(portfolios: Result<Vec<PortfolioListItem>, String>) -> impl IntoView {
    let list = match portfolios {
        Err(why) => Either::Left(view! { <p>{format!("Your portfolios cannot be listed now. {why}")}</p> }),
        Ok(items) if items.is_empty() => Either::Left(view! { <p>{"None yet.".to_owned()}</p> }),
        Ok(items) => {
            let items = items.into_iter().map(|item| view! { <PortfolioItem item/> }).collect_view();
            Either::Right(view! { <ul class="portfolios">{items}</ul> })
        }
    };
    view! {
        <section class="card" aria-labelledby="portfolios-title">
            <h2 id="portfolios-title">"Your portfolios"</h2>
            {list}
        </section>
    }
}

#[component]
fn PortfolioItem(item: PortfolioListItem) -> impl IntoView {
    let state = match item.status {
        RunStatus::Running => format!("Running, {}% complete", item.percent_complete),
        RunStatus::Completed => "Completed, 100% complete".to_owned(),
        RunStatus::Failed => format!("Failed at {}%", item.percent_complete),
        RunStatus::NotFound => "Not started".to_owned(),
    };
    let day = item.created_at.get(..10).unwrap_or_default().to_owned();
    view! {
        <li>
            <a href=format!("/onboarding/progress?portfolioId={}", item.portfolio_id)>{item.portfolio_name}</a>
            <span>{state}</span>
            <time datetime=item.created_at.clone()>{day}</time>
        </li>
    }
}
