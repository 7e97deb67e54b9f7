//! The results page: the portfolio at a glance, followed by blocks with the results of the phases.
//!
//! The page is rendered on the server only. Charts are SVG, and the URL contains the sort order and
//! the search text of the positions table. Every block names its as-of date, its price source and
//! the days that it covers. Blocks whose results have not been computed yet are omitted, and the
//! page says that some are missing. A missing number is shown as a dash, never as zero.

mod age;
mod block;
mod chart;
mod correlation_map;
mod exposures;
mod glance;
mod over_time;
mod positions;
mod query;
mod sources;
mod symbols;
mod tables;
mod volatility;

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use status::{RunError, RunStatus};

use self::block::Basis;
use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
    format,
};
use crate::server::{
    batch::{Outputs, model::panel::MarketPanel},
    market_data::ONE_PRICE_COLUMN,
    results::RunResults,
    tracker::RunState,
};

pub use age::Freshness;
pub use query::{PositionsQuery, ResultsParameters};

/// The data that a request handler loads for the results page.
pub struct ResultsView {
    pub results: Arc<RunResults>,
    /// Sort order, search text and page number of the positions table.
    pub query: PositionsQuery,
    /// Whether the uploaded file can be downloaded.
    pub has_file: bool,
    /// How old the results are; `None` if there are none.
    pub freshness: Option<Freshness>,
}

impl ResultsView {
    /// Returns the document head of the results page.
    pub fn head(&self) -> Head {
        let title = format!("Results of {}", self.results.run.identity.portfolio_name);
        Head { script: PageScript::Results, ..Head::new(title) }
    }
}

/// The results page, or "Page Not Found" if no data was loaded.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let Some(ResultsView { results, query, has_file, freshness }) = Loaded::take() else {
        return Either::Right(view! { <NotFoundPage/> });
    };
    let RunResults { run, outputs } = &*results;
    let name = run.identity.portfolio_name.clone();
    let back = format!("/onboarding/progress?portfolioId={}", run.identity.portfolio_id);
    let file = has_file.then(|| {
        let href = format!("/api/v1/onboarding/portfolios/{}/file", run.identity.portfolio_id);
        view! { <p class="download"><a href=href download="">"Download your file"</a></p> }
    });
    let body = if outputs.market.is_some() {
        Either::Left(blocks(run, outputs, &query))
    } else {
        Either::Right(view! { <NothingYet why=nothing_yet(run) setup=back.clone()/> })
    };
    let (lead, attempt) = (lead(run, outputs.market.as_ref()), format!("Attempt {}", run.identity.attempt));
    Either::Left(view! {
        <main class="wide results">
            <header class="line small">
                <p><a href="/">"All portfolios"</a>" / "<a href=back>"Setup of "{name.clone()}</a></p>
                <p>{attempt}</p>
            </header>
            <h1>{name}</h1>
            <p class="lead">{lead}</p>
            {age::note(freshness)}
            {file}
            {body}
        </main>
    })
}

/// Explains why there are no results yet, with a link to the live page.
#[component]
fn NothingYet(why: &'static str, setup: String) -> impl IntoView {
    view! { <p class="card">{why}<a href=setup>"Go to the setup"</a></p> }
}

fn nothing_yet(run: &RunState) -> &'static str {
    match run.status {
        RunStatus::Failed if is_cancelled(run) => {
            "Setup was cancelled before anything was calculated. Your positions are saved. "
        }
        RunStatus::Failed => "Setup stopped before anything was calculated. Your positions are saved. ",
        RunStatus::Running | RunStatus::Completed | RunStatus::NotFound => {
            "No results yet: the first phase hasn't finished. "
        }
    }
}

fn is_cancelled(run: &RunState) -> bool {
    run.error.as_ref().is_some_and(RunError::is_cancelled)
}

/// Returns the introduction of the page: notices about the price source, and a sentence about
/// missing results. Each part is left out if it does not apply.
fn lead(run: &RunState, market: Option<&MarketPanel>) -> String {
    let notice = run.identity.data_notice.as_ref().map(|notice| format!("{notice} ")).unwrap_or_default();
    let partial = match run.status {
        RunStatus::Running => "Setup is still running. Reload this page to see more results.",
        RunStatus::Failed if market.is_some() && is_cancelled(run) => {
            "Setup was cancelled, so some results are missing."
        }
        RunStatus::Failed | RunStatus::NotFound if market.is_some() => {
            "Setup didn't finish, so some results are missing."
        }
        RunStatus::Completed | RunStatus::Failed | RunStatus::NotFound => "",
    };
    let has_one_column = market.is_some_and(|market| market.has_one_price_column);
    let one_column = if has_one_column { format!("{ONE_PRICE_COLUMN} ") } else { String::new() };
    format!("{notice}{one_column}{partial}").trim_end().to_owned()
}

fn basis(run: &RunState, out: &Outputs) -> Basis {
    let market = out.market.as_ref();
    let as_of = market.and_then(MarketPanel::as_of);
    let source = market.and_then(|market| market.source.clone());
    Basis {
        portfolio_id: run.identity.portfolio_id.to_string(),
        as_of: as_of.map_or_else(|| "No prices".to_owned(), |date| format!("As of {}", format::date(date))),
        source: source.map_or_else(|| "price source not recorded".to_owned(), |source| format!("prices: {source}")),
    }
}

fn blocks(run: &RunState, out: &Outputs, query: &PositionsQuery) -> impl IntoView + use<> {
    let basis = basis(run, out);
    view! {
        {glance::facts(run, out, &basis)}
        {out.snapshots.as_ref().map(|snapshots| over_time::blocks(&basis, &snapshots.days))}
        {out.values.as_ref().map(|values| positions::block(&basis, values, out, query))}
        {out.market.as_ref().filter(|market| !market.unavailable.is_empty()).map(|market| sources::unavailable(&basis, market, run, out))}
        {out.exposures.as_ref().map(|exposures| exposures::block(&basis, exposures))}
        {out.volatility.as_ref().map(|analysis| volatility::block(&basis, analysis, out))}
        {out.correlations.as_ref().map(|correlations| correlation_map::block(&basis, correlations, out))}
        {out.metrics.as_ref().map(|metrics| symbols::metrics(&basis, metrics, out))}
        {out.factors.as_ref().map(|factors| symbols::factors(&basis, factors, out))}
        {out.market.as_ref().map(|market| sources::prices(&basis, market, out))}
    }
}
