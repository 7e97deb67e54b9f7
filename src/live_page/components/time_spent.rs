//! Where the time went: the phases of a run that is over as one bar, and beside what is usual here.

use leptos::prelude::*;
use status::{PhaseStatus, UsualSeconds, format_exact, format_usual};

use crate::live_page::state::PageState;

/// Width of the bar, in units of its own.
const WIDTH: u64 = 1_000;

/// A run that took less leaves no question where the time went, in milliseconds.
const WORTH_A_LOOK_MS: u64 = 1_000;

/// The bar of this run, that of usual runs where there are enough of them, and both in words.
#[component]
pub fn TimeSpent(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let phases: Vec<_> = live.phases.get_value().iter().map(|phase| phase.get_untracked()).collect();
    let took: Vec<u64> = phases.iter().map(|phase| phase.duration_ms.unwrap_or(0)).collect();
    // The middle of the usual range.
    let usual: Option<Vec<u64>> =
        phases.iter().map(|phase| phase.usual_seconds.map(|UsualSeconds { low, high }| (low + high) * 500)).collect();
    let longest = took.iter().sum::<u64>().max(usual.iter().flatten().sum());
    if took.iter().sum::<u64>() < WORTH_A_LOOK_MS {
        return None;
    }
    let usual_bar = usual.map(|usual| {
        view! { <p class="small">"Usually here"</p>{bar(&usual, longest, "The phases of usual setups as a bar")} }
    });
    let items = phases.iter().map(|phase| view! { <li>{duration_label(phase)}</li> }).collect_view();
    Some(view! {
        <section class="card" aria-labelledby="time-title">
            <h2 id="time-title">"Where the time went"</h2>
            {bar(&took, longest, "The phases of this setup as a bar")}
            {usual_bar}
            <details>
                <summary>"Phase by phase"</summary>
                <ol class="small">{items}</ol>
            </details>
        </section>
    })
}

/// "Market Data Collection: 45s, usually 40 to 60 s".
fn duration_label(phase: &PhaseStatus) -> String {
    let took = match phase.duration_ms {
        Some(_) if phase.reused => "reused from an earlier attempt".to_owned(),
        Some(ms) => format_exact(ms),
        None => "not begun".to_owned(),
    };
    let usual = phase.usual_seconds.map(|usual| format!(", {}", format_usual(usual))).unwrap_or_default();
    format!("{}: {took}{usual}", phase.phase_name)
}

/// Segments side by side, as wide as their share of the longest bar.
fn bar(durations: &[u64], longest: u64, name: &'static str) -> impl IntoView + use<> {
    let mut from = 0;
    let segments: Vec<_> = durations
        .iter()
        .enumerate()
        .filter(|(_, ms)| **ms > 0)
        .map(|(index, ms)| {
            let x = from * WIDTH / longest;
            from += ms;
            let width = (from * WIDTH / longest).saturating_sub(x).max(1);
            view! { <rect class=format!("segment{}", index + 1) x=x.to_string() y="0" width=width.to_string() height="16"></rect> }
        })
        .collect();
    view! {
        <svg class="spent" viewBox=format!("0 0 {WIDTH} 16") preserveAspectRatio="none" role="img" aria-label=name>
            {segments}
        </svg>
    }
}
