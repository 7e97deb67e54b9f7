//! Details that users can send to support: a short code, and a few facts about the run and the
//! page.

use leptos::prelude::*;
use status::PhaseState;

use super::copy_button::CopyButton;
use crate::live_page::{browser, state::PageState};

/// The support code, with a button that copies the support details to the clipboard. For the owner,
/// also a link to the page that makes read-only links.
#[component]
pub fn SupportDetails(live: PageState) -> impl IntoView {
    let links = live.may_change().then(|| {
        let id = live.status.with_untracked(|status| status.portfolio_id.clone());
        view! { <p class="small"><a href=format!("/portfolios/{id}/links")>"Share progress, or follow on my phone"</a></p> }
    });
    let code = Memo::new(move |_| live.status.with(|status| status.support_code.clone()));
    let code = move || {
        code.get().map(|code| {
            view! {
                <p class="small support">
                    {format!("Support code {code}")}
                    <CopyButton label="Copy support details" text=move || details(&live)/>
                </p>
            }
        })
    };
    view! { {code} {links} }
}

/// Returns the support details as plain text, with one fact per line.
fn details(live: &PageState) -> String {
    let health = live.health.get_value().summary();
    let connection =
        live.connection.get_untracked().label(live.now_ms.get_untracked(), live.arrived_ms.get_untracked());
    let phase = live
        .phases
        .get_value()
        .into_iter()
        .map(|phase| phase.get_untracked())
        .find(|phase| matches!(phase.status, PhaseState::Running | PhaseState::Failed));
    let phase =
        phase.map_or_else(|| "none".to_owned(), |phase| format!("{} {}", phase.phase_id.id(), phase.phase_name));
    live.status.with_untracked(|status| {
        let error = status.error.as_ref().map_or("none", |error| error.code.as_str());
        let code = status.support_code.as_deref().unwrap_or("none");
        format!(
            "Support code: {code}\nPortfolio: {}\nAttempt: {} of {}\nPhase: {phase}\nError: {error}\nStatus version: {}\n\
             App version: {}\nServer time: {}\nTime zone: {}\nPolls: {health}\nConnection: {connection}\n",
            status.portfolio_id,
            status.attempt,
            status.attempts,
            status.version,
            env!("CARGO_PKG_VERSION"),
            live.clock.with_untracked(|clock| clock.server_time.clone()),
            browser::time_zone(),
        )
    })
}
