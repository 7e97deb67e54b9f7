//! The results page: an answer in a few sentences and tiles, followed by blocks from the most to
//! the least important, with a list of contents beside them.
//!
//! The page is rendered on the server only. Charts are SVG, and the URL contains the sort order and
//! the search text of the positions table. Every block names its as-of date, its price source and
//! the days that it covers. Blocks whose results have not been computed yet are omitted, and the
//! page says that some are missing. A missing number is shown as a dash, never as zero.

mod age;
mod answer;
mod axis;
mod bar_cell;
mod block;
mod chart;
mod comparison;
mod contents;
mod contributions;
mod correlation_map;
mod cumulative;
mod end_labels;
mod factors;
mod glance;
mod glossary;
pub mod names;
mod over_time;
mod overview;
mod positions;
mod query;
mod risk;
mod sources;
mod symbols;
mod tables;
mod time_axis;
mod volatility;
mod weights;
mod words;

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use status::{RunError, RunStatus};

use self::{block::Basis, overview::Overview};
use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
    format,
};
use crate::{
    live_page::reader::ReaderWords,
    server::{
        batch::{Outputs, model::panel::MarketPanel},
        market_data::ONE_PRICE_COLUMN,
        results::RunResults,
        tracker::RunState,
    },
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
    /// Whether the owner reads the page, and not an admin.
    pub is_owner: bool,
    /// How old the results are; `None` if the run has no prices yet.
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
    let Some(ResultsView { results, query, has_file, is_owner, freshness }) = Loaded::take() else {
        return Either::Right(view! { <NotFoundPage/> });
    };
    let RunResults { run, outputs } = &*results;
    let words = ReaderWords::new(is_owner);
    let name = run.identity.portfolio_name.clone();
    let back = format!("/onboarding/progress?portfolioId={}", run.identity.portfolio_id);
    let file = has_file.then(|| {
        let href = format!("/api/v1/onboarding/portfolios/{}/file", run.identity.portfolio_id);
        view! { <p class="download"><a href=href download="">{format!("Download {} file", words.your)}</a></p> }
    });
    let body = if outputs.market.is_some() {
        Either::Left(blocks(run, outputs, &query, &back, words))
    } else {
        Either::Right(view! { <NothingYet why=nothing_yet(run, words) setup=back.clone()/> })
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
fn NothingYet(why: String, setup: String) -> impl IntoView {
    view! { <p class="card">{why}<a href=setup>"Go to the setup"</a></p> }
}

fn nothing_yet(run: &RunState, words: &ReaderWords) -> String {
    let ended = match run.status {
        RunStatus::Failed if is_cancelled(run) => "was cancelled",
        RunStatus::Failed => "stopped",
        RunStatus::Running | RunStatus::Completed | RunStatus::NotFound => {
            return "No results yet: the first phase hasn't finished. ".to_owned();
        }
    };
    format!("Setup {ended} before anything was calculated. {} positions are saved. ", words.your_first)
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

/// A section in the contents: its label, and its blocks by HTML id. A block is `None` if its
/// results have not been computed yet.
type Section = (&'static str, Vec<(&'static str, Option<AnyView>)>);

/// Renders the contents and all blocks, in the order of the contents.
fn blocks(
    run: &RunState,
    out: &Outputs,
    query: &PositionsQuery,
    setup: &str,
    words: &'static ReaderWords,
) -> impl IntoView + use<> {
    let basis = basis(run, out);
    let overview = Overview::new(run, out, words);
    let market = out.market.as_ref();
    let has_unavailable = market.is_some_and(|market| !market.unavailable.is_empty());
    let snapshots = out.snapshots.as_ref();
    // `over_time` renders two blocks: one about the return, and one about what the equity is in.
    let over_time = snapshots.map(|_| over_time::blocks(&basis, &overview).into_any());
    let unavailable =
        market.filter(|_| has_unavailable).map(|market| sources::unavailable(&basis, market, run, out).into_any());
    let prices = market.map(|market| sources::prices(&basis, market, out).into_any());
    let exposures = out.exposures.as_ref().map(|exposures| factors::exposures(&overview, &basis, exposures));
    let betas = out.factors.as_ref().map(|factors| factors::symbols(&overview, &basis, factors));
    let values = out.values.as_ref().map(|values| positions::block(&basis, values, out, query).into_any());
    let volatility = out.volatility.as_ref().map(|analysis| volatility::block(&overview, &basis, analysis));
    let correlations = out.correlations.as_ref();
    let correlations = correlations.map(|found| correlation_map::block(&basis, found, out).into_any());
    let metrics = out.metrics.as_ref().map(|metrics| symbols::block(&overview, &basis, metrics));
    let sections: Vec<Section> = vec![
        ("Answer", vec![("answer", Some(answer::block(&overview, &basis, setup)))]),
        ("Against the market", vec![("comparison", comparison::block(&overview, &basis)), ("equity", over_time)]),
        ("What helped and what hurt", vec![("contributions", contributions::block(&overview, &basis))]),
        ("Holdings", vec![("positions", values)]),
        ("Risk", vec![("risk", risk::block(&overview, &basis))]),
        ("Factors", vec![("exposures", exposures), ("factors", betas)]),
        ("Volatility", vec![("volatility", volatility)]),
        ("Correlations", vec![("correlations", correlations)]),
        ("Symbols", vec![("symbols", metrics)]),
        ("Prices and missing data", vec![("unavailable", unavailable), ("market", prices)]),
    ];
    // The contents lead to the first block of each section that has any.
    let (mut entries, mut views): (Vec<contents::Entry>, Vec<AnyView>) = (Vec::new(), Vec::new());
    for (label, blocks) in sections {
        let computed = blocks.into_iter().filter_map(|(id, view)| Some((id, view?)));
        for (index, (id, view)) in computed.enumerate() {
            if index == 0 {
                entries.push((id, label));
            }
            views.push(view);
        }
    }
    view! {
        <div class="with-contents">
            {contents::nav(&entries)}
            <div class="sections">{views}</div>
        </div>
        {glossary::explanations()}
    }
}
