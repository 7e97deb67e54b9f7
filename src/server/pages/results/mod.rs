//! The results page: what the finished phases produced, as tables, an equity line and a correlation grid.
//!
//! A first form. Parts that are not computed yet say so; a missing number is a dash, never a zero.

mod correlation_grid;
mod equity_chart;
mod sources;
mod tables;

use leptos::{config::LeptosOptions, either::Either, prelude::*};

use super::{Page, format, shell::Shell};
use crate::{
    server::{
        batch::{
            Outputs,
            phases::{panel::MarketPanel, snapshots::Snapshots},
        },
        results::PortfolioTotals,
        tracker::RunState,
    },
    status::RunStatus,
};

/// Renders the page.
pub fn render(options: &LeptosOptions, run: &RunState, out: &Outputs) -> Page {
    let options = options.clone();
    super::render(move || {
        let name = run.identity.portfolio_name.clone();
        let back = format!("/onboarding/progress?portfolioId={}", run.identity.portfolio_id);
        let body = if out.market.is_some() {
            Either::Left(sections(out))
        } else {
            Either::Right(view! { <p class="card">"There are no results yet: the first phase has not finished."</p> })
        };
        let (lead, attempt) = (lead(run, out), format!("Attempt {}", run.identity.attempt));
        view! {
            <Shell options title=format!("Results of {name}")>
                <main class="wide">
                    <header class="line small">
                        <p><a href="/">"All portfolios"</a>" / "<a href=back>"Setup of "{name.clone()}</a></p>
                        <p>{attempt}</p>
                    </header>
                    <h1>{name}</h1>
                    <p class="lead">{lead}</p>
                    {body}
                </main>
            </Shell>
        }
    })
}

/// As of when, from which data, and how complete.
fn lead(run: &RunState, out: &Outputs) -> String {
    let as_of = out.market.as_ref().and_then(MarketPanel::as_of);
    let as_of = as_of.map(|date| format!("As of {date}. ")).unwrap_or_default();
    let notice = run.identity.data_notice.as_ref().map(|notice| format!("{notice} ")).unwrap_or_default();
    let partial = match run.status {
        RunStatus::Completed => "",
        RunStatus::Running => "The setup is still running: what is missing follows. Reload to see more.",
        RunStatus::Failed | RunStatus::NotFound => "The setup did not finish: some parts are missing.",
    };
    format!("{as_of}{notice}{partial}").trim_end().to_owned()
}

fn sections(out: &Outputs) -> impl IntoView + use<> {
    view! {
        {totals(out)}
        {out.snapshots.as_ref().map(equity_chart::section)}
        {out.values.as_ref().map(|values| tables::positions(values, out.betas.as_deref().unwrap_or_default()))}
        {out.exposures.as_ref().map(|exposures| tables::exposures(exposures))}
        {out.metrics.as_ref().map(|metrics| tables::symbols(metrics, out.factors.as_deref().unwrap_or_default()))}
        {out.volatility.as_ref().map(tables::volatility)}
        {out.correlations.as_ref().map(correlation_grid::section)}
        {out.factors.as_deref().map(sources::factors)}
        {out.market.as_ref().map(sources::market_data)}
        {out.market.as_ref().filter(|market| !market.unavailable.is_empty()).map(|market| tables::unavailable(&market.unavailable))}
    }
}

/// The portfolio in five numbers.
fn totals(out: &Outputs) -> Option<impl IntoView + use<>> {
    let totals = PortfolioTotals::of(out)?;
    let equity = out.snapshots.as_ref().map(Snapshots::equity);
    let volatility = out.volatility.as_ref().and_then(|volatility| volatility.portfolio.day_21);
    let facts = [
        ("Equity, $", format::dollars(equity)),
        ("Return over the period", format::percent(totals.total_return)),
        ("Deepest fall", format::percent(totals.max_drawdown)),
        ("Market beta, 90 days", format::number(totals.market_beta.day_90)),
        ("Volatility, 21 days", format::percent(volatility)),
    ];
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
    Some(view! {
        <section aria-label="Portfolio in numbers"><dl class="facts">{facts}</dl></section>
    })
}
