//! The home page: the upload form, the problems found in the submitted form, where prices come
//! from, and the *Your portfolios* list. It works without scripts.

mod form;
mod portfolio_actions;
mod portfolios;

use chrono::NaiveDate;
use leptos::{either::Either, prelude::*};
use positions::Problems;
use uuid::Uuid;

use self::{
    form::{KeptFile, UploadForm},
    portfolios::Portfolios,
};
use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
};
use crate::{
    pages::format::{self, count},
    server::market_data::{ONE_PRICE_COLUMN, SourceFacts},
};

pub use self::{
    form::KeptText,
    portfolios::{Done, PortfolioList},
};

/// The data that a request handler loads for the home page.
pub struct UploadView {
    pub sidebar: UploadSidebar,
    /// The preview of a correction, if the file replaces the one of a portfolio.
    pub corrects: Option<Uuid>,
    /// The portfolio name as the user typed it.
    pub name: String,
    /// The cash balance as the user typed it.
    pub cash: String,
    /// The text of the uploaded file, which the user can correct or resubmit.
    pub csv: Option<KeptText>,
    /// Whether the uploaded file is too long to show on the page.
    pub file_is_too_long: bool,
    pub problems: Problems,
    /// Why the form was rejected although no problems were found in it, for example because the
    /// user has reached a quota.
    pub refusal: Option<String>,
}

/// The parts of the home page besides the upload form.
pub enum UploadSidebar {
    /// For a signed-in user: where prices come from, and the user's portfolios.
    Own {
        source: Box<SourceFacts>,
        /// The user's portfolios, or a message that says why they could not be read.
        portfolios: Result<PortfolioList, String>,
        /// Why this session may not upload anything, for example because someone is impersonating
        /// the user; `None` if it may.
        read_only: Option<&'static str>,
    },
    /// A prompt to sign in, because the session had expired by the time the form was submitted.
    SignIn {
        /// URL of the sign-in page, if one is configured.
        url: Option<String>,
        /// Why the uploaded file cannot be shown again; `None` if it can.
        lost_file: Option<&'static str>,
    },
}

impl UploadView {
    /// Returns the document head of the home page.
    pub fn head(&self) -> Head {
        let title = match self.problems.is_empty() {
            _ if matches!(self.sidebar, UploadSidebar::SignIn { .. }) => "Sign In to Continue",
            true => "Set Up Your Portfolio",
            false => "Please Fix Your Portfolio",
        };
        Head { script: PageScript::Upload, ..Head::new(title) }
    }
}

/// The home page, or "Page Not Found" if no data was loaded.
#[component]
pub fn UploadPage() -> impl IntoView {
    let Some(page) = Loaded::<UploadView>::take() else { return Either::Right(view! { <NotFoundPage/> }) };
    let UploadView { sidebar, corrects, name, cash, csv, file_is_too_long, problems, refusal } = page;
    let lead = match corrects {
        Some(_) => "Choose the file that replaces your portfolio's positions.",
        None => "Upload your holdings and watch every step as it happens.",
    };
    let label = if problems.is_empty() { "Your file" } else { "Edit your file here" };
    let invalid = |field: &str| {
        problems.listed().iter().any(|problem| problem.row.is_none() && problem.column.as_deref() == Some(field))
    };
    let (name_invalid, cash_invalid) = (invalid("portfolio_name"), invalid("cash_balance"));
    let file = csv.map(|text| KeptFile { label, text });
    let form = || view! { <UploadForm corrects name name_invalid cash cash_invalid file/> };
    let mut has_portfolios = false;
    let (sign_in, form, sidebar) = match sidebar {
        UploadSidebar::SignIn { url, lost_file } => {
            (Some(view! { <SignIn url lost_file/> }), Either::Left(form()), None)
        }
        UploadSidebar::Own { source, portfolios, read_only } => {
            let form = match read_only {
                Some(why) => Either::Right(view! { <p class="card">{why}</p> }),
                None => Either::Left(form()),
            };
            let may_change = read_only.is_none();
            has_portfolios = portfolios.as_ref().is_ok_and(|list| !list.items.is_empty());
            (None, form, Some(view! { <Source source=*source/> <Portfolios portfolios may_change/> }))
        }
    };
    Either::Left(view! {
        <main>
            <h1>"Set Up Your Portfolio"</h1>
            <p class="lead">{lead}</p>
            {has_portfolios.then(|| view! { <p class="small"><a href="#portfolios-title">"Go to your portfolios"</a></p> })}
            {sign_in}
            {refusal.map(|refusal| view! { <Refusal refusal file_is_too_long/> })}
            <ProblemList problems file_is_too_long/>
            {form}
            {sidebar}
        </main>
    })
}

/// Explains that no run was started because the session had expired, and links to the sign-in page.
#[component]
fn SignIn(url: Option<String>, lost_file: Option<&'static str>) -> impl IntoView {
    let except = lost_file.map(|why| format!(", except for the file, which is {why}: choose it again"));
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
                "Your session had ended when the form arrived, so nothing has started. Your entries are still here"{except}
                ". If you're still signed in, press the button again; if not, sign in in another tab first."
            </p>
            {link}
        </section>
    }
}

/// Explains why a form was rejected although no problems were found in it.
#[component]
fn Refusal(refusal: String, file_is_too_long: bool) -> impl IntoView {
    let kept = if file_is_too_long {
        "Your entries are still here, except for the file: choose it again."
    } else {
        "Your entries are still here."
    };
    view! {
        <section class="failure" role="alert" aria-labelledby="refusal-title">
            <h2 id="refusal-title">"Your setup hasn't started"</h2>
            <p>{refusal}</p>
            <p>{kept}</p>
        </section>
    }
}

/// Lists the problems found in the form and the file, each with its line and column. If the list is
/// not complete, says how many more there are.
#[component]
fn ProblemList(problems: Problems, file_is_too_long: bool) -> impl IntoView {
    if problems.is_empty() {
        return Either::Left(());
    }
    let heading = match problems.total() {
        1 => "1 thing to fix".to_owned(),
        total => format!("{} things to fix", count(total)),
    };
    let rest = problems.rest().map(|rest| view! { <li>{format!("And {rest}.")}</li> });
    let kept = if file_is_too_long {
        "Nothing has started. The file is too long to edit here. Correct it on your computer, then choose it again."
    } else {
        "Nothing has started; your entries are still here."
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

/// Shows where prices come from. If the source has only limited data, also shows which symbols and
/// dates are available.
#[component]
fn Source(source: SourceFacts) -> impl IntoView {
    let (is_sample, name) = (source.notice.is_some(), source.name);
    let Some((first, last)) = source.dates else {
        return Either::Left(view! {
            <section class="card" aria-labelledby="source-title">
                <h2 id="source-title">"Where the prices come from"</h2>
                <p>{format!("Daily closing prices come from {name}. Symbols without prices are skipped, and we'll tell you which.")}</p>
                {source.notice.map(|notice| view! { <p>{notice}</p> })}
            </section>
        });
    };
    let symbols = source.symbols.join(", ");
    let one_column = source.has_one_price_column.then(|| ONE_PRICE_COLUMN.to_owned());
    let about_files = source.problems.into_iter().chain(one_column).map(|text| view! { <p>{text}</p> }).collect_view();
    let (range, newer) = if is_sample {
        ("Demo mode: real prices from ".to_owned(), "live")
    } else {
        (format!("Prices come from {name} and cover "), "newer")
    };
    let warning = is_sample.then_some(" Don't base investment decisions on them.");
    let last_date = format::date(last);
    Either::Right(view! {
        <section class="card" aria-labelledby="source-title">
            <h2 id="source-title">"Where the prices come from"</h2>
            <p>{range}<Day date=first/>" to "<Day date=last/>"."{warning}</p>
            {about_files}
            <p>"To set up your own portfolio, use these symbols and entry dates up to "{last_date}":"</p>
            <p class="symbols">{symbols}</p>
            <p>
                {format!("Other symbols are skipped, and we'll tell you which. Later dates need {newer} prices, which this server doesn't have.")}
            </p>
            <details>
                <summary>"Do you run this server?"</summary>
                <p>
                    "For live prices, restart it with "<code>"MARKET_DATA=tiingo"</code>" and your "
                    <code>"TIINGO_API_KEY"</code>"."
                </p>
            </details>
        </section>
    })
}

/// A `<time>` element that shows a date in readable form and carries the ISO date for programs.
#[component]
fn Day(date: NaiveDate) -> impl IntoView {
    view! { <time datetime=date.to_string()>{format::date(date)}</time> }
}
