//! The upload page: the form, what was wrong with it, and *Your portfolios* below. Works without any script.

mod form;

use leptos::{either::Either, prelude::*};
use positions::Problems;
use status::RunStatus;

use self::form::{KeptFile, UploadForm};
use super::{Loaded, NotFoundPage, document::Head};
use crate::{
    pages::format::count,
    server::{market_data::SourceFacts, store::PortfolioListItem},
};

pub use self::form::KeptText;

/// Everything the page shows.
pub struct UploadView {
    /// What stands beside the form.
    pub sidebar: UploadSidebar,
    /// The name as typed.
    pub name: String,
    /// The cash as typed.
    pub cash: String,
    /// The text of the file that came, to be corrected or sent again.
    pub csv: Option<KeptText>,
    /// Whether a file came that is too long to be given back.
    pub file_is_too_long: bool,
    /// What was wrong.
    pub problems: Problems,
    /// Why a form without problems was not accepted.
    pub refusal: Option<String>,
}

/// A page of *Your portfolios*.
pub struct PortfolioList {
    /// Newest first.
    pub items: Vec<PortfolioListItem>,
    /// Where the older ones are.
    pub older: Option<String>,
}

/// What the page shows beside the form.
pub enum UploadSidebar {
    /// With a session, what it is for.
    Own {
        /// What the data source has.
        source: SourceFacts,
        /// One's portfolios, or why they cannot be listed.
        portfolios: Result<PortfolioList, String>,
        /// Why nothing can be uploaded, where it cannot.
        read_only: Option<&'static str>,
    },
    /// Where the session was over when the form came, the way to the next one.
    SignIn {
        /// Where one signs in, where there is such a place.
        url: Option<String>,
        /// Why a file that came cannot be shown, if it cannot.
        lost_file: Option<&'static str>,
    },
}

impl UploadView {
    /// The head of the page.
    pub fn head(&self) -> Head {
        Head::new(match self.problems.is_empty() {
            _ if matches!(self.sidebar, UploadSidebar::SignIn { .. }) => "Sign In to Continue",
            true => "Set Up Your Portfolio",
            false => "Please Correct the Portfolio",
        })
    }
}

/// The page.
#[component]
pub fn UploadPage() -> impl IntoView {
    let Some(page) = Loaded::<UploadView>::take() else { return Either::Right(view! { <NotFoundPage/> }) };
    let UploadView { sidebar, name, cash, csv, file_is_too_long, problems, refusal } = page;
    let label = if problems.is_empty() { "Your file" } else { "Your file, to correct here" };
    let invalid = |field: &str| {
        problems.listed().iter().any(|problem| problem.row.is_none() && problem.column.as_deref() == Some(field))
    };
    let (name_invalid, cash_invalid) = (invalid("portfolio_name"), invalid("cash_balance"));
    let file = csv.map(|text| KeptFile { label, text });
    let form = || view! { <UploadForm name name_invalid cash cash_invalid file/> };
    let (sign_in, form, sidebar) = match sidebar {
        UploadSidebar::SignIn { url, lost_file } => {
            (Some(view! { <SignIn url lost_file/> }), Either::Left(form()), None)
        }
        UploadSidebar::Own { source, portfolios, read_only } => {
            let form = match read_only {
                Some(why) => Either::Right(view! { <p class="card">{why}</p> }),
                None => Either::Left(form()),
            };
            (None, form, Some(view! { <Source source/> <Portfolios portfolios/> }))
        }
    };
    Either::Left(view! {
        <main>
            <h1>"Set Up Your Portfolio"</h1>
            <p class="lead">"Upload what you hold. You will see every step, and nothing is hidden from the log."</p>
            {sign_in}
            {refusal.map(|refusal| view! { <Refusal refusal file_is_too_long/> })}
            <ProblemList problems file_is_too_long/>
            {form}
            {sidebar}
        </main>
    })
}

/// Why nothing was started, and what to do about it.
#[component]
fn SignIn(url: Option<String>, lost_file: Option<&'static str>) -> impl IntoView {
    let but = lost_file.map(|why| format!(", but for the file, which is {why}: choose it again"));
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
                "Your session was over when the form arrived, so nothing was started. What you entered is kept below"{but}
                ". If you are still signed in, press the button again; if not, sign in in another tab first."
            </p>
            {link}
        </section>
    }
}

/// Why a form without problems was not accepted.
#[component]
fn Refusal(refusal: String, file_is_too_long: bool) -> impl IntoView {
    let kept = if file_is_too_long {
        "Nothing was started. What you entered is kept below, except the file: choose it again."
    } else {
        "Nothing was started. What you entered is kept below."
    };
    view! {
        <section class="failure" role="alert" aria-labelledby="refusal-title">
            <h2 id="refusal-title">"Your setup was not started"</h2>
            <p>{refusal}</p>
            <p>{kept}</p>
        </section>
    }
}

/// The problems, by row, and how many more there are.
#[component]
fn ProblemList(problems: Problems, file_is_too_long: bool) -> impl IntoView {
    if problems.is_empty() {
        return Either::Left(());
    }
    let heading = match problems.total() {
        1 => "1 problem to correct".to_owned(),
        total => format!("{} problems to correct", count(total)),
    };
    let rest = problems.rest().map(|rest| view! { <li>{format!("And {rest}.")}</li> });
    let kept = if file_is_too_long {
        "Nothing was started. The file is too long to edit here. Correct it on your computer, then choose it again."
    } else {
        "Nothing was started. What you entered is kept below."
    };
    let (listed, _) = problems.into_parts();
    let items = listed
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
            <p>{kept}</p>
            <ul class="problems">{items}{rest}</ul>
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
                " to see your own numbers here. A symbol without prices here is reported and left out. Entries after that date need live market data, which an operator turns on with "
                <code>"MARKET_DATA=tiingo"</code>"."
            </p>
        </section>
    })
}

/// *Your portfolios*, newest first.
#[component]
fn Portfolios(portfolios: Result<PortfolioList, String>) -> impl IntoView {
    let list = match portfolios {
        Err(why) => Either::Left(view! { <p>{format!("Your portfolios cannot be listed now. {why}")}</p> }),
        Ok(list) if list.items.is_empty() => Either::Left(view! { <p>{"None yet.".to_owned()}</p> }),
        Ok(PortfolioList { items, older }) => {
            let items = items.into_iter().map(|item| view! { <PortfolioItem item/> }).collect_view();
            let older = older.map(|older| view! { <p><a href=older>"Older portfolios"</a></p> });
            Either::Right(view! { <ul class="portfolios">{items}</ul> {older} })
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
        RunStatus::Failed if item.cancelled => format!("Cancelled at {}%", item.percent_complete),
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
