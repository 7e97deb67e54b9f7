//! The results page: the portfolio at a glance, then block by block what the phases produced.
//!
//! Rendered by the server alone; charts are SVG, order and search of the positions stand in the address. Every block says
//! as of when it is, from which data and over which days. Blocks that are not computed yet are not there, and the page says that
//! some are missing; a missing number is a dash, never a zero.

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
use status::RunStatus;

use self::block::Basis;
use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
    format,
};
use crate::server::{
    batch::{Outputs, model::panel::MarketPanel},
    results::RunResults,
    tracker::RunState,
};

pub use query::{PositionsQuery, ResultsParameters};

/// What the page shows.
pub struct ResultsView {
    /// The run and what it produced.
    pub results: Arc<RunResults>,
    /// How the positions are wanted.
    pub query: PositionsQuery,
}

impl ResultsView {
    /// The head of the page.
    pub fn head(&self) -> Head {
        let title = format!("Results of {}", self.results.run.identity.portfolio_name);
        Head { script: PageScript::Results, ..Head::new(title) }
    }
}

/// The page.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let Some(ResultsView { results, query }) = Loaded::take() else {
        return Either::Right(view! { <NotFoundPage/> });
    };
    let RunResults { run, outputs } = &*results;
    let name = run.identity.portfolio_name.clone();
    let back = format!("/onboarding/progress?portfolioId={}", run.identity.portfolio_id);
    let body = if outputs.market.is_some() {
        Either::Left(blocks(run, outputs, &query))
    } else {
        Either::Right(view! { <p class="card">{nothing_yet(run.status)}</p> })
    };
    let (lead, attempt) = (lead(run), format!("Attempt {}", run.identity.attempt));
    Either::Left(view! {
        <main class="wide results">
            <header class="line small">
                <p><a href="/">"All portfolios"</a>" / "<a href=back>"Setup of "{name.clone()}</a></p>
                <p>{attempt}</p>
            </header>
            <h1>{name}</h1>
            <p class="lead">{lead}</p>
            {body}
        </main>
    })
}

/// Why there is nothing to show.
fn nothing_yet(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Failed => {
            "There are no results: the setup ended before its first phase was finished. Your positions are kept; it can be retried from its page."
        }
        RunStatus::Running | RunStatus::Completed | RunStatus::NotFound => {
            "There are no results yet: the first phase has not finished."
        }
    }
}

/// What to know before the first number.
fn lead(run: &RunState) -> String {
    let notice = run.identity.data_notice.as_ref().map(|notice| format!("{notice} ")).unwrap_or_default();
    let partial = match run.status {
        RunStatus::Completed => "",
        RunStatus::Running => "The setup is still running: what is missing follows. Reload to see more.",
        RunStatus::Failed | RunStatus::NotFound => "The setup did not finish: some parts are missing.",
    };
    format!("{notice}{partial}").trim_end().to_owned()
}

fn basis(run: &RunState, out: &Outputs) -> Basis {
    let market = out.market.as_ref();
    let as_of = market.and_then(MarketPanel::as_of);
    let source = market.and_then(|market| market.source.clone());
    Basis {
        portfolio_id: run.identity.portfolio_id.to_string(),
        as_of: as_of.map_or_else(|| "Without prices".to_owned(), |date| format!("As of {date}")),
        source: source
            .map_or_else(|| "source of the prices not recorded".to_owned(), |source| format!("prices: {source}")),
    }
}

fn blocks(run: &RunState, out: &Outputs, query: &PositionsQuery) -> impl IntoView + use<> {
    let basis = basis(run, out);
    view! {
        {glance::facts(out, &basis)}
        {out.snapshots.as_ref().map(|snapshots| over_time::blocks(&basis, &snapshots.days))}
        {out.values.as_ref().map(|values| positions::block(&basis, values, out, query))}
        {out.market.as_ref().filter(|market| !market.unavailable.is_empty()).map(|market| sources::unavailable(&basis, market, out))}
        {out.exposures.as_ref().map(|exposures| exposures::block(&basis, exposures))}
        {out.volatility.as_ref().map(|analysis| volatility::block(&basis, analysis, out))}
        {out.correlations.as_ref().map(|of| correlation_map::block(&basis, of, out))}
        {out.metrics.as_ref().map(|metrics| symbols::metrics(&basis, metrics, out))}
        {out.factors.as_ref().map(|factors| symbols::factors(&basis, factors, out))}
        {out.market.as_ref().map(|market| sources::prices(&basis, market, out))}
    }
}
