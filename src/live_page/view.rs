//! The content of the live page in each state of the run.

use leptos::{either::EitherOf6, prelude::*};
use status::{PhaseStatus, RunStatus, Status, counted};

use super::{
    browser::{self, Notify},
    components::{
        activity_log::ActivityLog, attempts::Attempts, cancel_button::CancelButton, complete::Complete,
        connection_indicator::ConnectionIndicator, download_log_button::DownloadLogButton, error::Error, found::Found,
        notify_button::NotifyButton, outcome_actions::link_html, overall_progress::OverallProgress,
        phase_list::PhaseList, retry_button::retry_html, shortcuts::Shortcuts, signed_out::SignedOut,
        support_details::SupportDetails, time_spent::TimeSpent, warnings::Warnings,
    },
    data::PageData,
    poll::Connection,
    reader::ReaderWords,
    state::PageState,
};

/// The whole live page.
#[component]
pub fn LiveView(data: PageData) -> impl IntoView {
    let live = PageState::new(data);
    let (notify, shortcuts) = (RwSignal::new(Notify::Off), RwSignal::new(true));
    browser::keep_alive(live);
    browser::notify_when_done(live, notify);
    browser::listen_to_keys(live, shortcuts);
    let name = live.status.with_untracked(|status| status.portfolio_name.clone());
    let state = Memo::new(move |_| live.status.with(|status| status.status));
    let signed_out = Memo::new(move |_| live.connection.get() == Connection::SignedOut);
    let gone = Memo::new(move |_| live.connection.get() == Connection::Gone);
    let title = Memo::new(move |_| match live.connection.get() {
        Connection::SignedOut => "Sign In to Continue",
        Connection::Gone => "Portfolio Not Found",
        _ => heading(&live),
    });
    let lead = Memo::new(move |_| match live.connection.get() {
        Connection::SignedOut if state.get() == RunStatus::Running => {
            format!("{} setup keeps running.", live.words().your_first)
        }
        Connection::SignedOut => "Your session has ended.".to_owned(),
        Connection::Gone => "It was deleted while this page was open. You're seeing its last known state.".to_owned(),
        connection => lead(&live, connection.can_try_now()),
    });
    let newest = live.is_earlier().then(|| view! { " "<a href=live.page_url()>"View it"</a> });
    let notice = live.status.with_untracked(|status| status.data_notice.clone());
    // The panel of a run in progress consists of two elements of `main`, so that the progress can
    // stick to the top of the window while the actions scroll away. All other panels have the
    // height of these two, so that the change between them moves nothing.
    let panel = move || match state.get() {
        _ if gone.get() => EitherOf6::F(stage(())),
        _ if signed_out.get() => EitherOf6::A(stage(view! { <SignedOut live/> })),
        RunStatus::Running => EitherOf6::B(view! { <OverallProgress live/><RunningActions live notify/> }),
        RunStatus::Completed => EitherOf6::C(stage(view! { <Complete live/> })),
        RunStatus::Failed => EitherOf6::D(stage(view! { <Error live/> })),
        RunStatus::NotFound if live.is_lost.get() => EitherOf6::E(stage(view! { <StatusLost live/> })),
        RunStatus::NotFound => EitherOf6::F(stage(())),
    };
    let is_over = Memo::new(move |_| matches!(state.get(), RunStatus::Completed | RunStatus::Failed));
    let class = move || match (is_over.get(), live.connection.get().is_stale()) {
        (true, false) => "live-page over",
        (true, true) => "live-page over stale",
        (false, false) => "live-page",
        (false, true) => "live-page stale",
    };
    let started_at = live.started_at.get_value();
    view! {
        <main class=class data-started-at=started_at>
            <header class="line small crumbs">
                <p><a href="/">"All portfolios"</a>" / "{name}</p>
                <WarningCount live/>
                <ConnectionIndicator live/>
            </header>
            <h1 tabindex="-1" id="title">{move || title.get()}</h1>
            <p class="lead">{move || lead.get()}{newest}</p>
            {live.read_only.get_value().map(|reason| view! { <p class="small">{reason}</p> })}
            <p class="visually-hidden" role="status">{move || live.announcement.get()}</p>
            <Attempts live/>
            {panel}
            // Every part of the columns has a reserved height in the style sheet, so that nothing
            // moves while the user reads. Parts of unknown height, such as warnings, come after
            // the log.
            <div class="columns">
                <div class="pair">
                    <PhaseList live/>
                    <Found/>
                </div>
                <ActivityLog live/>
            </div>
            <Warnings live/>
            {move || is_over.get().then(|| view! { <TimeSpent live/> })}
            {notice.map(|notice| view! { <p class="small sample">{notice}</p> })}
            <SupportDetails live/>
            <Shortcuts is_on=shortcuts/>
        </main>
    }
}

/// Returns the page's heading for the current state of the run.
fn heading(live: &PageState) -> &'static str {
    let is_lost = live.is_lost.get();
    live.status.with(|status| match status.status {
        // If the server knows of no run, a run may be about to start. The page therefore reports
        // the run as unavailable only once its status counts as lost.
        RunStatus::NotFound if is_lost => "Status Unavailable",
        RunStatus::Running | RunStatus::NotFound => live.words().running,
        RunStatus::Completed => "Portfolio Setup Complete!",
        RunStatus::Failed if status.is_cancelled() => "Setup Cancelled",
        RunStatus::Failed => "Setup Interrupted",
    })
}

/// Returns the sentence below the page's heading. `is_cut_off` says that the page cannot reach the
/// server.
fn lead(live: &PageState, is_cut_off: bool) -> String {
    let is_lost = live.is_lost.get();
    live.status.with(|status| lead_sentence(status, is_lost, is_cut_off, live.words()))
}

const CAN_CLOSE: &str = "You can close this page \u{2013} setup keeps going.";

/// Shown instead while the page cannot reach the server. The setup may have stopped with it.
const LAST_KNOWN: &str = "This is the last state that we know of.";

fn lead_sentence(status: &Status, is_lost: bool, is_cut_off: bool, words: &ReaderWords) -> String {
    let ReaderWords { you, your, your_first, .. } = words;
    let can_close = if is_cut_off { LAST_KNOWN } else { CAN_CLOSE };
    let positions = counted(status.positions_total, "position");
    match status.status {
        _ if status.attempt < status.attempts => format!("Superseded by attempt {}.", status.attempts),
        RunStatus::Running => match &status.summary {
            Some(summary) => format!("Analyzing {} trading days for {positions}. {can_close}", summary.trading_days),
            None => format!("Analyzing {positions}. {can_close}"),
        },
        RunStatus::Completed => format!("{your_first} portfolio \"{}\" is ready.", status.portfolio_name),
        RunStatus::Failed if status.is_cancelled() => format!("{you} cancelled this setup."),
        RunStatus::Failed => {
            // If the number of completed phases is unknown, the sentence says nothing about them.
            let data = match status.overall_progress.as_ref().map(|progress| progress.phases_completed) {
                Some(0) => return "Setup stopped before anything was calculated.".to_owned(),
                Some(_) => " Some features may have limited data.",
                None => "",
            };
            format!("We encountered an issue while setting up {your} portfolio.{data}")
        }
        RunStatus::NotFound if is_lost => {
            format!("We can't find a setup for this portfolio. {your_first} positions are saved.")
        }
        RunStatus::NotFound => "Starting\u{2026}".to_owned(),
    }
}

/// Puts a panel into the space that is reserved for it.
fn stage(panel: impl IntoView) -> impl IntoView {
    view! { <div class="stage">{panel}</div> }
}

/// A link to the warnings below the log, with their number. Renders nothing without warnings.
#[component]
fn WarningCount(live: PageState) -> impl IntoView {
    let count = Memo::new(move |_| {
        let warnings = |phase: &PhaseStatus| if phase.warning_groups.is_empty() { 0 } else { phase.warnings };
        live.phases.get_value().iter().map(|phase| u64::from(phase.with(warnings))).sum::<u64>()
    });
    move || {
        let count = count.get();
        (count > 0).then(|| view! { <a class="warning-count" href="#warnings-title">{counted(count, "warning")}</a> })
    }
}

/// The actions available during a run.
#[component]
fn RunningActions(live: PageState, notify: RwSignal<Notify>) -> impl IntoView {
    let pause = move || if live.paused.get() { "Resume updates" } else { "Pause updates" };
    view! {
        <div class="actions running-actions">
            <DownloadLogButton live label="Download Full Log"/>
            <NotifyButton notify/>
            <button class="button scripted" type="button" on:click=move |_| live.paused.update(|paused| *paused = !*paused)>
                {pause}
            </button>
            <CancelButton live/>
        </div>
    }
}

/// The actions available when the server knows of no run for the portfolio.
#[component]
fn StatusLost(live: PageState) -> impl IntoView {
    let refresh = link_html("button primary", &live.page_url(), "Refresh Status");
    let portfolio = link_html("button", &live.dashboard_url.get_value(), "View Portfolio");
    let actions = format!("{refresh}{}{portfolio}", retry_html(&live, false));
    view! { <div class="actions" inner_html=actions></div> }
}

#[cfg(test)]
mod tests {
    use status::{CANCELLED, OverallProgress, RunError, RunStatus, Status};

    use super::lead_sentence;
    use crate::live_page::reader::ReaderWords;

    fn status(state: RunStatus) -> Status {
        let status = Status::without_run(String::new(), "Mine".to_owned(), 2, String::new());
        Status { status: state, attempt: 1, attempts: 1, ..status }
    }

    fn lead(status: &Status, is_owner: bool) -> String {
        lead_sentence(status, true, false, ReaderWords::new(is_owner))
    }

    #[test]
    fn addresses_only_the_owner_as_you() {
        let error = Some(RunError::new(CANCELLED, "", None));
        let cancelled = Status { error, ..status(RunStatus::Failed) };
        assert_eq!(lead(&cancelled, true), "You cancelled this setup.");
        assert_eq!(lead(&cancelled, false), "The owner cancelled this setup.");
        assert_eq!(lead(&status(RunStatus::Completed), true), "Your portfolio \"Mine\" is ready.");
        assert_eq!(lead(&status(RunStatus::Completed), false), "The portfolio \"Mine\" is ready.");
        for state in [RunStatus::Completed, RunStatus::Failed, RunStatus::NotFound] {
            assert!(!lead(&status(state), false).to_lowercase().contains("your"), "{state:?}");
        }
    }

    #[test]
    fn promises_no_progress_while_server_is_unreachable() {
        let words = |is_cut_off| lead_sentence(&status(RunStatus::Running), false, is_cut_off, ReaderWords::new(true));
        assert!(words(false).ends_with("setup keeps going."));
        assert_eq!(words(true), "Analyzing 2 positions. This is the last state that we know of.");
    }

    #[test]
    fn claims_nothing_about_unknown_phases() {
        let with = |phases_completed: Option<u32>| {
            let overall_progress = phases_completed.map(|phases_completed| OverallProgress {
                current_phase: None,
                current_phase_name: None,
                phases_completed,
                phases_total: 9,
                percent_complete: 0,
            });
            lead(&Status { overall_progress, ..status(RunStatus::Failed) }, true)
        };
        let issue = "We encountered an issue while setting up your portfolio.";
        assert_eq!(with(None), issue);
        assert_eq!(with(Some(0)), "Setup stopped before anything was calculated.");
        assert_eq!(with(Some(3)), format!("{issue} Some features may have limited data."));
    }
}
