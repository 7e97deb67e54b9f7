//! One phase in the phase list: its name, its state (as a shape, a word and a color), its duration
//! and, while it runs, its progress.

use leptos::{either::Either, prelude::*};
use status::{PhaseState, PhaseStatus, STORE_BUSY, Status, counted, format_duration, format_usual, format_wait};

use crate::live_page::state::PageState;

/// Returns the CSS class, symbol and word for a phase's state. The symbols differ in shape, so that
/// color is not the only difference.
fn state_labels(phase: &PhaseStatus, is_cancelled: bool) -> (&'static str, &'static str, &'static str) {
    match phase.status {
        PhaseState::Failed if is_cancelled => ("cancelled", "\u{25a0}", "Cancelled"),
        PhaseState::Pending => ("pending", "", "Pending"),
        PhaseState::Running => ("running", "\u{25d4}", "Running"),
        PhaseState::Completed if phase.warnings > 0 => ("warning", "!", "Completed with warnings"),
        PhaseState::Completed => ("completed", "\u{2713}", "Completed"),
        PhaseState::Failed => ("failed", "\u{2715}", "Failed"),
    }
}

/// One item of the phase list.
#[component]
pub fn PhaseListItem(live: PageState, phase: RwSignal<PhaseStatus>) -> impl IntoView {
    let (number, name) = phase.with_untracked(|phase| (phase.phase_id.number(), phase.phase_name.clone()));
    let is_cancelled = move || live.status.with(Status::is_cancelled);
    let state = Memo::new(move |_| phase.with(|phase| state_labels(phase, is_cancelled())));
    let duration =
        Memo::new(move |_| phase.with(|phase| live.phase_seconds(phase)).map(format_duration).unwrap_or_default());
    let exact = move || {
        phase.with(|phase| match (phase.status, phase.duration_ms) {
            (PhaseState::Completed | PhaseState::Failed, Some(ms)) => Some(format!("{ms} ms")),
            _ => None,
        })
    };
    let is_running = Memo::new(move |_| state.get().0 == "running");
    let note = Memo::new(move |_| phase.with(phase_note));
    // Earlier attempts get no link to results, because the results page shows the newest attempt.
    let result = (!live.is_earlier()).then(|| {
        let phase = phase.with_untracked(|phase| phase.phase_id);
        let id = live.status.with_untracked(|status| status.portfolio_id.clone());
        (format!("/portfolios/{id}#{}", phase.result_id()), format!("See results of {}", phase.name()))
    });
    let link = move || {
        let result = phase.with(|phase| phase.summary.is_some()).then(|| result.clone()).flatten();
        result.map(|(href, name)| view! { " \u{b7} "<a class="result" href=href aria-label=name>"See results"</a> })
    };
    view! {
        <li class=move || format!("phase {}", state.get().0) aria-current=move || is_running.get().then_some("step")>
            <span class="badge" aria-hidden="true">{move || state.get().1}</span>
            <span class="phase-name">{format!("{number}. {name}")}</span>
            <span class="phase-state">{move || state.get().2}</span>
            <span class="phase-duration" translate="no" title=exact>{move || duration.get()}</span>
            {move || is_running.get().then(|| view! { <Running live phase/> })}
            {move || note.get().map(|note| view! { <p class="phase-note">{note}{link()}</p> })}
        </li>
    }
}

/// Returns the note below a phase: what the phase does while it is pending, and a summary of its
/// results once it has finished.
fn phase_note(phase: &PhaseStatus) -> Option<String> {
    if phase.status == PhaseState::Pending {
        return Some(phase.phase_id.purpose().to_owned());
    }
    let summary = phase.summary.clone()?;
    Some(match (phase.warnings, phase.reused) {
        (0, false) => summary,
        (0, true) => format!("{summary} \u{b7} {REUSED}"),
        (warnings, false) => format!("{summary} \u{b7} {}", counted(warnings.into(), "warning")),
        (warnings, true) => format!("{summary} \u{b7} {} \u{b7} {REUSED}", counted(warnings.into(), "warning")),
    })
}

/// How many seconds over its usual duration a phase may run before the page says so.
const SLACK_SECONDS: u64 = 5;

pub const REUSED: &str = "reused from an earlier attempt";

/// Text appended to the usual duration of a phase, or to the time since the last update, if the run
/// is slow.
pub const TAKES_LONGER: &str = ". Taking longer than usual, but still working";

/// Returns a message that says when the data provider will accept the next request.
fn waiting_label(seconds: u64) -> String {
    let when = if seconds == 0 { "now".to_owned() } else { format!("in {}", format_wait(seconds)) };
    format!("Waiting for the data provider \u{2013} next request {when}")
}

/// The progress of the running phase.
#[component]
fn Running(live: PageState, phase: RwSignal<PhaseStatus>) -> impl IntoView {
    let name = phase.with_untracked(|phase| phase.phase_name.clone());
    let message = phase.with_untracked(|phase| phase.phase_id.running_message());
    let waiting = Memo::new(move |_| {
        let store_busy = live.status.with(|status| status.store_busy);
        if store_busy { Some(STORE_BUSY.to_owned()) } else { live.limit_wait_seconds().map(waiting_label) }
    });
    let has_total = Memo::new(move |_| phase.with(|phase| phase.total > 0));
    let usual = Memo::new(move |_| {
        let (usual, duration) = phase.with(|phase| (phase.usual_seconds, live.phase_seconds(phase).unwrap_or(0)));
        // Another message already explains a wait for the data provider.
        let is_explained = live.clock.with(|clock| clock.limit_wait_seconds.is_some());
        usual.map(|usual| {
            let longer = if duration > usual.high + SLACK_SECONDS && !is_explained { TAKES_LONGER } else { "" };
            format!("{}{longer}", format_usual(usual))
        })
    });
    let bar = move || {
        if !has_total.get() {
            return Either::Left(view! { <span class="spinner" aria-hidden="true"></span> });
        }
        let name = name.clone();
        Either::Right(view! {
            <progress
                aria-label=format!("{name} progress")
                max=move || phase.with(|phase| phase.total).to_string()
                value=move || phase.with(|phase| phase.current).to_string()
            ></progress>
            <span class="phase-count" translate="no">
                {move || phase.with(|phase| format!("{}/{} {}", phase.current, phase.total, phase.unit))}
            </span>
        })
    };
    view! {
        <div class="phase-running">
            <span class="phase-message">{message}</span>
            {bar}
            {move || usual.get().map(|label| view! { <span class="phase-usual">{label}</span> })}
            {move || waiting.get().map(|label| view! { <span class="phase-waiting" translate="no">{label}</span> })}
        </div>
    }
}
