//! One phase in the phase list: its name, its state (as a shape, a word and a color), its duration,
//! a link to its log lines and, while it runs, its progress.

use leptos::{either::Either, prelude::*};
use status::{PhaseState, PhaseStatus, STORE_BUSY, Status, counted, format_took, format_usual, format_wait};

use crate::live_page::{html::escaped, state::PageState};

/// Returns the CSS class, symbol and word for a phase's state. The symbol is the outline of an SVG
/// path. The symbols differ in shape, so that color is not the only difference.
fn state_labels(phase: &PhaseStatus, is_cancelled: bool) -> (&'static str, &'static str, &'static str) {
    match phase.status {
        PhaseState::Failed if is_cancelled => ("cancelled", "M8 8h8v8h-8z", "Cancelled"),
        PhaseState::Pending => ("pending", "", "Pending"),
        PhaseState::Running => ("running", "", "Running"),
        PhaseState::Completed if phase.warnings > 0 => ("warning", "M12 6v7M12 17v.5", "Completed with warnings"),
        PhaseState::Completed => ("completed", "M7 12.5l3.5 3.5 6.5-7.5", "Completed"),
        PhaseState::Failed => ("failed", "M8 8l8 8M16 8l-8 8", "Failed"),
    }
}

/// Share of the ring, in percent, that is drawn for a phase without a total.
const UNKNOWN_SHARE: u64 = 25;

/// Returns the ring of a phase as a dash pattern: the finished share of the phase in percent, and
/// the gap after it.
fn ring(phase: &PhaseStatus) -> String {
    let share = (phase.current * 100).checked_div(phase.total).map_or(UNKNOWN_SHARE, |share| share.min(100));
    format!("{share} 100")
}

/// One item of the phase list.
#[component]
pub fn PhaseListItem(live: PageState, phase: RwSignal<PhaseStatus>) -> impl IntoView {
    let (number, name) = phase.with_untracked(|phase| (phase.phase_id.number(), phase.phase_name.clone()));
    let is_cancelled = move || live.status.with(Status::is_cancelled);
    let state = Memo::new(move |_| phase.with(|phase| state_labels(phase, is_cancelled())));
    let duration = Memo::new(move |_| {
        phase.with(|phase| {
            let seconds = live.phase_seconds(phase)?;
            Some(format_took(seconds, phase.duration_ms.unwrap_or(0)))
        })
    });
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
        format!(
            " \u{b7} <a href=\"/portfolios/{id}#{}\" aria-label=\"See results of {}\">See results</a>",
            phase.result_id(),
            phase.name()
        )
    });
    let result = move || {
        let result = phase.with(|phase| phase.summary.is_some()).then(|| result.clone()).flatten();
        result.unwrap_or_default()
    };
    // A phase has lines as soon as it has begun. Until then, the link leads nowhere, and the style
    // sheet hides it but keeps its place.
    let first_line = move || phase.with(|phase| phase.first_seq.map(|seq| format!("#L{seq}")));
    // A check draws itself only if its phase ended while the page was open.
    let first_state = state.get_untracked().0;
    let class = move || {
        let class = state.get().0;
        let watched = if class == first_state { "" } else { " watched" };
        format!("phase {class}{watched}")
    };
    view! {
        <li
            class=class
            aria-current=move || is_running.get().then_some("step")
            data-started-at=move || phase.with(|phase| phase.started_at.clone())
            data-ended-at=move || phase.with(|phase| phase.completed_at.clone())
        >
            <svg class="badge" viewBox="0 0 24 24" aria-hidden="true">
                <circle class="track" cx="12" cy="12" r="9.5"></circle>
                <circle
                    class="arc" cx="12" cy="12" r="9.5" pathLength="100" transform="rotate(-90 12 12)"
                    stroke-dasharray=move || phase.with(ring)
                ></circle>
                <rect class="ground" width="24" height="24"></rect>
                <path class="symbol" pathLength="1" d=move || state.get().1></path>
            </svg>
            <span class="phase-name">{format!("{number}. {name}")}</span>
            <span class="phase-state">{move || state.get().2}</span>
            <span class="phase-duration" translate="no" title=exact>{move || duration.get()}</span>
            <a class="phase-log" href=first_line aria-label=format!("Log of Phase {number}")>"Log"</a>
            {move || is_running.get().then(|| view! { <Running live phase/> })}
            {move || {
                let note = note.get().map(|note| escaped(&note) + &result());
                note.map(|note| view! { <p class="phase-note" inner_html=note></p> })
            }}
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
    let has_total = Memo::new(move |_| phase.with(|phase| phase.total > 0));
    // One line with a place of its own, so that a wait moves nothing. While the phase waits, the
    // reason for it takes the place of the usual duration.
    let note = Memo::new(move |_| {
        if live.status.with(|status| status.store_busy) {
            return Some(STORE_BUSY.to_owned());
        }
        if let Some(seconds) = live.limit_wait_seconds() {
            return Some(waiting_label(seconds));
        }
        let (usual, duration) = phase.with(|phase| (phase.usual_seconds, live.phase_seconds(phase).unwrap_or(0)));
        usual.map(|usual| {
            let longer = if duration > usual.high + SLACK_SECONDS { TAKES_LONGER } else { "" };
            format!("{}{longer}", format_usual(usual))
        })
    });
    let bar = move || {
        if !has_total.get() {
            return Either::Left(());
        }
        let name = name.clone();
        Either::Right(view! {
            <span class="phase-count" translate="no">
                {move || phase.with(|phase| format!("{}/{} {}", phase.current, phase.total, phase.unit))}
            </span>
            <progress
                aria-label=format!("{name} progress")
                max=move || phase.with(|phase| phase.total).to_string()
                value=move || phase.with(|phase| phase.current).to_string()
            ></progress>
        })
    };
    view! {
        <div class="phase-running">
            <span class="phase-message">{message}</span>
            {bar}
            <span class="phase-hint" translate="no">{move || note.get()}</span>
        </div>
    }
}
