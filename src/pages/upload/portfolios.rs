//! The list *Your portfolios*: one card per portfolio, with its state, value, return and equity
//! curve.

use chrono::NaiveDate;
use leptos::{either::Either, prelude::*};
use status::{RunStatus, counted};

use super::portfolio_actions::{ActionsContext, actions};
use crate::{
    pages::{format, sparkline::sparkline, state_words},
    server::{results::age::PriceDays, store::PortfolioListItem},
};

/// One page of the *Your portfolios* list, with the newest portfolio first.
pub struct PortfolioList {
    pub items: Vec<PortfolioListItem>,
    /// URL of the next page of the list, with older portfolios; `None` on the last page.
    pub older: Option<String>,
    /// The cursor at which this page starts; `None` on the first page. Forms send it back, so that
    /// the same page of the list follows.
    pub place: Option<String>,
    /// The change that the person has just made.
    pub done: Option<Done>,
    /// The days for which there are prices now.
    pub prices: PriceDays,
    /// URL of another program that shows results. It contains the placeholder `{portfolio_id}`.
    pub dashboard_url: Option<String>,
}

/// A change of a portfolio that the home page confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Renamed,
    Deleted,
}

impl Done {
    /// Returns the change with this code in the address of the home page.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Renamed, Self::Deleted].into_iter().find(|done| done.code() == code)
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Renamed => "renamed",
            Self::Deleted => "deleted",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Renamed => "Portfolio renamed.",
            Self::Deleted => "Portfolio deleted, with its log and results.",
        }
    }
}

/// The *Your portfolios* list, or a message that says why it could not be read.
#[component]
pub fn Portfolios(portfolios: Result<PortfolioList, String>, may_change: bool) -> impl IntoView {
    let done = portfolios.as_ref().ok().and_then(|list| list.done);
    let list = match portfolios {
        Err(why) => Either::Left(Either::Left(view! {
            <p>{format!("We can't list your portfolios right now. {why}")}</p>
        })),
        Ok(list) if list.items.is_empty() => {
            Either::Left(Either::Right(view! { <Empty is_first=list.place.is_none() may_change/> }))
        }
        Ok(PortfolioList { items, older, place, prices, dashboard_url, .. }) => {
            let context = ActionsContext { place, prices, dashboard_url, may_change };
            let items = items.into_iter().map(|item| card(item, &context)).collect_view();
            let newer = context.place.is_some().then(|| view! { <a href="/#portfolios-title">"Newest portfolios"</a> });
            let older = older.map(|older| view! { <a href=older>"Older portfolios"</a> });
            let has_pages = newer.is_some() || older.is_some();
            let pages = has_pages.then(|| view! { <p class="line">{newer}{older}</p> });
            Either::Right(view! { <ul class="portfolios">{items}</ul> {pages} })
        }
    };
    view! {
        <section class="card" aria-labelledby="portfolios-title">
            <h2 id="portfolios-title">"Your portfolios"</h2>
            {done.map(|done| view! { <p class="strong" role="status">{done.message()}</p> })}
            {list}
        </section>
    }
}

#[component]
fn Empty(is_first: bool, may_change: bool) -> impl IntoView {
    if !is_first {
        return Either::Left(
            view! { <p>"No older portfolios. "<a href="/#portfolios-title">"Newest portfolios"</a></p> },
        );
    }
    let what_to_do = if may_change { " Upload one above, or try the sample." } else { "" };
    Either::Right(view! { <p>{format!("No portfolios yet.{what_to_do}")}</p> })
}

fn card(item: PortfolioListItem, context: &ActionsContext) -> impl IntoView + use<> {
    let (figures, actions) = (figures(&item), actions(&item, context));
    let (state, setup) = (state_label(&item), setup_url(&item));
    // Warnings and failures are explained on the page of the setup.
    let state = match (item.warnings, item.status) {
        (0, RunStatus::Failed) => view! { <a href=setup>{state}</a> }.into_any(),
        (0, _) => view! { <span>{state}</span> }.into_any(),
        _ => view! { <a href=format!("{setup}#warnings-title")>{state}</a> }.into_any(),
    };
    // A setup that is running is of more interest than what it has so far.
    let link = if item.details.has_results && item.status != RunStatus::Running {
        context.results_url(&item)
    } else {
        setup_url(&item)
    };
    let created = item.created_at.get(..10).and_then(|date| date.parse::<NaiveDate>().ok());
    view! {
        <li id=format!("portfolio-{}", item.portfolio_id)>
            <div class="line">
                <a href=link>{item.portfolio_name}</a>
                {state}
            </div>
            {figures}
            <div class="line small">
                <span>"Created "<time datetime=item.created_at.clone() title=item.created_at>{created.map(format::date)}</time></span>
                {actions}
            </div>
        </li>
    }
}

/// Returns the address of a portfolio's live page.
pub fn setup_url(item: &PortfolioListItem) -> String {
    format!("/onboarding/progress?portfolioId={}", item.portfolio_id)
}

fn state_label(item: &PortfolioListItem) -> String {
    match item.status {
        RunStatus::Running => state_words::progress(item.percent_complete, item.queue),
        RunStatus::Completed if item.warnings == 0 => "Ready".to_owned(),
        RunStatus::Completed => format!("Ready \u{b7} {}", counted(item.warnings.into(), "warning")),
        RunStatus::Failed if item.cancelled => format!("Cancelled at {}%", item.percent_complete),
        RunStatus::Failed => format!("Failed at {}%", item.percent_complete),
        RunStatus::NotFound => "Not started".to_owned(),
    }
}

/// Renders value, return and equity curve, or nothing while the value is unknown.
fn figures(item: &PortfolioListItem) -> Option<impl IntoView + use<>> {
    let (value, as_of) = (item.value?, item.as_of?);
    let change = item
        .total_return
        .zip(item.since)
        .map(|(total_return, since)| format!("{} since {}", signed_percent(total_return), format::date(since)));
    let curve = &item.details.curve;
    let picture = (curve.len() > 1).then(|| sparkline(curve, curve_label(curve)));
    Some(view! {
        <div class="figures">
            <p>
                <span class="strong">{format::money(Some(value))}</span>
                <span class="small">" on "{format::date(as_of)}</span>
            </p>
            <p>{change}</p>
            {picture}
        </div>
    })
}

fn curve_label(curve: &[f64]) -> String {
    let (first, last) = (curve.first().copied(), curve.last().copied());
    format!("Value over time: from {} to {}", format::money(first), format::money(last))
}

/// Formats a return with its sign: "+8.3%", "-3.2%".
fn signed_percent(value: f64) -> String {
    let text = format::percent(Some(value));
    if value > 0.0 && text != "0.0%" { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{Done, PortfolioListItem, RunStatus, curve_label, signed_percent, state_label};

    #[test]
    fn words_state_of_each_run() {
        let item = |status, cancelled, warnings| PortfolioListItem {
            portfolio_id: uuid::Uuid::nil(),
            portfolio_name: String::new(),
            status,
            percent_complete: 45,
            cancelled,
            attempt: 1,
            warnings,
            queue: crate::server::store::QueueState::NotWaiting,
            created_at: String::new(),
            value: None,
            total_return: None,
            since: None,
            as_of: None,
            details: crate::server::store::PortfolioDetails::default(),
        };
        for (item, words) in [
            (item(RunStatus::Running, false, 0), "Running \u{b7} 45%"),
            (item(RunStatus::Completed, false, 0), "Ready"),
            (item(RunStatus::Completed, false, 2), "Ready \u{b7} 2 warnings"),
            (item(RunStatus::Failed, true, 0), "Cancelled at 45%"),
            (item(RunStatus::Failed, false, 0), "Failed at 45%"),
        ] {
            assert_eq!(state_label(&item), words);
        }
    }

    #[test]
    fn signs_gains_and_losses_but_not_zero() {
        assert_eq!(
            [0.083, -0.032, 0.0, 1e-9].map(signed_percent),
            ["+8.3%", "-3.2%", "0.0%", "0.0%"].map(str::to_owned)
        );
    }

    #[test]
    fn describes_curve_by_its_ends() {
        assert_eq!(curve_label(&[34_250.0, 40_000.0, -1_200.4]), "Value over time: from $34,250 to -$1,200");
    }

    #[test]
    fn reads_codes_of_changes() {
        assert_eq!([Done::from_code("renamed"), Done::from_code("<b>")], [Some(Done::Renamed), None]);
    }
}
