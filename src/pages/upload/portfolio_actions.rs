//! The menu *Actions* of a portfolio on the home page. It consists of forms and links, and works
//! without scripts.

use leptos::prelude::*;
use status::{RunStatus, retry_key};

use super::portfolios::setup_url;
use crate::{
    pages::format,
    server::{results::age::PriceDays, store::PortfolioListItem},
};

/// The data that the menus of all portfolios share.
pub struct ActionsContext {
    /// The cursor at which this page of the list starts.
    pub place: Option<String>,
    /// The days for which there are prices now.
    pub prices: PriceDays,
    /// URL of another program that shows results. It contains the placeholder `{portfolio_id}`.
    pub dashboard_url: Option<String>,
    /// Whether the session may change portfolios.
    pub may_change: bool,
}

impl ActionsContext {
    /// Returns the address of a portfolio's results.
    pub fn results_url(&self, item: &PortfolioListItem) -> String {
        let id = item.portfolio_id.to_string();
        match &self.dashboard_url {
            Some(url) => url.replace("{portfolio_id}", &id),
            None => format!("/portfolios/{id}"),
        }
    }
}

/// Whether newer prices would change the results of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refresh {
    /// A refresh would use newer prices. The sentence says what it does.
    Useful(String),
    /// The source has no newer prices. The sentence says why.
    Useless(String),
}

/// Renders the menu.
pub fn actions(item: &PortfolioListItem, context: &ActionsContext) -> impl IntoView + use<> {
    let is_running = item.status == RunStatus::Running;
    let results = item.details.has_results.then(|| view! { <a href=context.results_url(item)>"See results"</a> });
    // Otherwise, the portfolio's name leads to the setup.
    let setup =
        (item.details.has_results && !is_running).then(|| view! { <a href=setup_url(item)>"See the setup"</a> });
    let changes = (context.may_change && !is_running).then(|| changes(item, context));
    let wait = (context.may_change && is_running).then(|| {
        view! { <p>"Setup is running. To rename, refresh, replace or delete this portfolio, cancel the setup first."</p> }
    });
    let label = format!("Actions for {}", item.portfolio_name);
    view! {
        <details class="menu">
            <summary aria-label=label>"Actions"</summary>
            <p class="links">{results}{setup}</p>
            {wait}
            {changes}
        </details>
    }
}

/// Renders the actions that change a portfolio.
fn changes(item: &PortfolioListItem, context: &ActionsContext) -> impl IntoView + use<> {
    let id = item.portfolio_id;
    let retry_url = format!("/api/v1/onboarding/portfolios/{id}/retry");
    let retry = item.details.can_retry.then(|| {
        view! {
            <form method="post" action=retry_url.clone()>
                <input type="hidden" name="idempotency_key" value=retry_key("failed", item.attempt)/>
                <button class="button">"Retry setup"</button>
                <span>"Keeps finished phases and computes the rest."</span>
            </form>
        }
    });
    let refresh = refresh(item, &context.prices).map(|refresh| match refresh {
        Refresh::Useful(sentence) => view! {
            <form method="post" action=retry_url>
                <input type="hidden" name="from" value="start"/>
                <input type="hidden" name="idempotency_key" value=retry_key("start", item.attempt)/>
                <button class="button">"Refresh to latest prices"</button>
                <span>{sentence}</span>
            </form>
        }
        .into_any(),
        Refresh::Useless(sentence) => view! { <p>{sentence}</p> }.into_any(),
    });
    let replace = item.details.has_file.then(|| {
        view! {
            <form method="post" action=format!("/portfolios/{id}/correct")>
                <input type="hidden" name="to" value="file"/>
                <button class="button">"Replace positions"</button>
                <span>"Asks for a new file. Earlier attempts stay readable."</span>
            </form>
        }
    });
    let place = || context.place.clone().map(|place| view! { <input type="hidden" name="before" value=place/> });
    let question = format!("Delete \"{}\" with its file, log and results? This can't be undone.", item.portfolio_name);
    view! {
        {retry}
        {refresh}
        {replace}
        <form method="post" action=format!("/portfolios/{id}/rename")>
            {place()}
            <label>
                "New name"
                <input name="portfolio_name" type="text" maxlength="100" required autocomplete="off" value=item.portfolio_name.clone()/>
            </label>
            <button class="button">"Rename"</button>
        </form>
        <details>
            <summary>"Delete\u{2026}"</summary>
            <form method="post" action=format!("/portfolios/{id}/delete")>
                {place()}
                <p>{question}</p>
                <button class="button danger">"Delete portfolio"</button>
            </form>
        </details>
    }
}

/// Returns whether newer prices would change the results, or `None` if a refresh is not offered
/// because the portfolio has none.
fn refresh(item: &PortfolioListItem, prices: &PriceDays) -> Option<Refresh> {
    let useful = || {
        let until =
            if prices.has_end { format!("up to {}", format::date(prices.last())) } else { "of today".to_owned() };
        Refresh::Useful(format!("Computes everything again, with prices {until}."))
    };
    let Some(as_of) = item.as_of else {
        // Results of an earlier version do not say how old they are.
        return (item.status == RunStatus::Completed).then(useful);
    };
    if prices.age(as_of).has_newer_prices() {
        return Some(useful());
    }
    let date = format::date(as_of);
    Some(Refresh::Useless(match (prices.has_end, prices.is_sample) {
        (true, true) => format!("Nothing to refresh: the sample prices end on {date}."),
        (true, false) => format!("Nothing to refresh: this server's price files end on {date}."),
        (false, _) => format!("Nothing to refresh: the latest prices are of {date}."),
    }))
}
