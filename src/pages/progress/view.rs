//! What the live page shows in each state.

use leptos::{either::EitherOf4, prelude::*};

use super::{PageData, browser};
use crate::{
    components::{
        activity_log::ActivityLog, cancel_button::CancelButton, complete::Complete,
        connection_indicator::ConnectionIndicator, download_log_button::DownloadLogButton, error::Error, live::Live,
        overall_progress::OverallProgress, phase_list::PhaseList, retry_button::RetryButton,
    },
    status::{RunStatus, Status},
};

/// The live page.
#[component]
pub fn ProgressPage(
    /// What it shows first.
    data: PageData,
) -> impl IntoView {
    let live = Live::new(data.status, data.dashboard_url);
    browser::keep_alive(live);
    let name = live.status.with_untracked(|status| status.portfolio_name.clone());
    let state = Memo::new(move |_| live.status.with(|status| status.status));
    let title = Memo::new(move |_| live.status.with(heading));
    let lead = Memo::new(move |_| live.status.with(lead));
    let announced = Memo::new(move |_| live.status.with(announcement));
    let notice = live.status.with_untracked(|status| status.data_notice.clone());
    let panel = move || match state.get() {
        RunStatus::Running => EitherOf4::A(view! { <OverallProgress live/> }),
        RunStatus::Completed => EitherOf4::B(view! { <Complete live/> }),
        RunStatus::Failed => EitherOf4::C(view! { <Error live/> }),
        RunStatus::NotFound => EitherOf4::D(view! { <StatusLost live/> }),
    };
    view! {
        <main>
            <header class="line small">
                <p><a href="/">"All portfolios"</a>" / "{name}</p>
                <ConnectionIndicator live/>
            </header>
            <h1 tabindex="-1" id="title">{move || title.get()}</h1>
            <p class="lead">{move || lead.get()}</p>
            <p class="visually-hidden" role="status">{move || announced.get()}</p>
            {panel}
            <PhaseList live/>
            <ActivityLog live/>
            {move || (state.get() == RunStatus::Running).then(|| view! { <WhileRunning live/> })}
            {notice.map(|notice| view! { <p class="small sample">{notice}</p> })}
        </main>
    }
}

/// The heading of each state.
fn heading(status: &Status) -> &'static str {
    let cancelled = status.error.as_ref().is_some_and(|error| error.code == "cancelled");
    match status.status {
        RunStatus::Running => "Setting Up Your Portfolio",
        RunStatus::Completed => "Portfolio Setup Complete!",
        RunStatus::Failed if cancelled => "Setup Cancelled",
        RunStatus::Failed => "Setup Interrupted",
        RunStatus::NotFound => "Status Unavailable",
    }
}

/// The sentence below the heading.
fn lead(status: &Status) -> String {
    let positions = match status.positions_total {
        1 => "1 position".to_owned(),
        count => format!("{count} positions"),
    };
    match status.status {
        RunStatus::Running => match &status.summary {
            Some(summary) => format!(
                "Analyzing {} trading days for {positions}. You can close this page; setup continues.",
                summary.trading_days
            ),
            None => format!("Analyzing {positions}. You can close this page; setup continues."),
        },
        RunStatus::Completed => format!("Your portfolio \"{}\" is ready.", status.portfolio_name),
        RunStatus::Failed if status.error.as_ref().is_some_and(|error| error.code == "cancelled") => {
            "You stopped this setup before it was finished.".to_owned()
        }
        RunStatus::Failed => {
            "We encountered an issue while setting up your portfolio. Some features may have limited data.".to_owned()
        }
        RunStatus::NotFound => "No setup of this portfolio is known. Your positions are kept.".to_owned(),
    }
}

/// What a screen reader is told without asking: each finished phase, and the end.
fn announcement(status: &Status) -> String {
    match status.status {
        RunStatus::Running => {
            let done = status.overall_progress.as_ref().map_or(0, |progress| progress.phases_completed);
            format!("{done} of 9 phases complete")
        }
        RunStatus::Completed => "Portfolio setup complete".to_owned(),
        // The failure itself is an alert.
        RunStatus::Failed | RunStatus::NotFound => String::new(),
    }
}

/// What can be done while a run goes on.
#[component]
fn WhileRunning(live: Live) -> impl IntoView {
    let id = live.status.with_untracked(|status| status.portfolio_id.clone());
    let pause = move || if live.paused.get() { "Resume updates" } else { "Pause updates" };
    view! {
        <div class="actions">
            <DownloadLogButton portfolio_id=id.clone() label="Download Full Log"/>
            <button class="button scripted" type="button" on:click=move |_| live.paused.update(|paused| *paused = !*paused)>
                {pause}
            </button>
            <CancelButton portfolio_id=id/>
        </div>
    }
}

/// No run of the portfolio is known.
#[component]
fn StatusLost(live: Live) -> impl IntoView {
    let refresh =
        live.status.with_untracked(|status| format!("/onboarding/progress?portfolioId={}", status.portfolio_id));
    view! {
        <div class="actions">
            <a class="button primary" href=refresh>"Refresh Status"</a>
            <RetryButton live/>
            <a class="button" href=live.dashboard_url.get_value()>"View Portfolio"</a>
        </div>
    }
}
