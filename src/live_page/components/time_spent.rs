//! A bar that shows how long each phase of a finished run took, above a second bar with the typical
//! durations on this server.

use std::fmt::Write;

use leptos::prelude::*;
use status::{PhaseStatus, UsualSeconds, format_exact, format_usual};

use super::phase_list_item::REUSED;
use crate::live_page::{html::list_items, state::PageState};

/// Width of each bar in SVG units.
const WIDTH: u64 = 1_000;

/// A bar for this run, a bar for a typical run (if this server has finished enough runs to tell),
/// and the durations as text. Renders nothing if no phase took a measurable time.
#[component]
pub fn TimeSpent(live: PageState) -> impl IntoView {
    let phases: Vec<_> = live.phases.get_value().iter().map(|phase| phase.get_untracked()).collect();
    let durations: Vec<u64> = phases.iter().map(|phase| phase.duration_ms.unwrap_or(0)).collect();
    // The midpoint of each phase's usual duration range, in milliseconds.
    let usual: Option<Vec<u64>> =
        phases.iter().map(|phase| phase.usual_seconds.map(|UsualSeconds { low, high }| (low + high) * 500)).collect();
    let longest = durations.iter().sum::<u64>().max(usual.iter().flatten().sum());
    if durations.iter().sum::<u64>() == 0 {
        return None;
    }
    let usual = usual.map(|usual| {
        format!("<p class=\"small\">Typical on this server</p>{}", bar(&usual, longest, "Typical time by phase"))
    });
    let labels: Vec<String> = phases.iter().map(duration_label).collect();
    let items = list_items(&labels);
    let html = format!(
        "<h2 id=\"time-title\">Time by phase</h2>{}{}\
         <details><summary>Exact times</summary><ol class=\"small\">{items}</ol></details>",
        bar(&durations, longest, "Time by phase of this setup"),
        usual.unwrap_or_default()
    );
    Some(view! { <section class="card" aria-labelledby="time-title" inner_html=html></section> })
}

/// Returns a phase's name and duration, such as "Market Data Collection: 45s, usually 40 to 60 s".
fn duration_label(phase: &PhaseStatus) -> String {
    let duration = match phase.duration_ms {
        Some(_) if phase.reused => REUSED.to_owned(),
        Some(ms) => format_exact(ms),
        None => "not started".to_owned(),
    };
    let usual = phase.usual_seconds.map(|usual| format!(", {}", format_usual(usual))).unwrap_or_default();
    format!("{}: {duration}{usual}", phase.phase_name)
}

/// Returns the durations of the phases as adjacent segments of a bar. The full width of the bar
/// stands for `longest` milliseconds. Both bars on the page use this scale, so that they can be
/// compared.
fn bar(durations: &[u64], longest: u64, name: &str) -> String {
    let mut from = 0;
    let mut segments = String::new();
    for (index, ms) in durations.iter().enumerate().filter(|(_, ms)| **ms > 0) {
        let x = from * WIDTH / longest;
        from += ms;
        let width = (from * WIDTH / longest).saturating_sub(x).max(1);
        // Writing to a `String` cannot fail.
        let _ = write!(
            segments,
            "<rect class=\"segment{}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"16\"/>",
            index + 1
        );
    }
    format!(
        "<svg class=\"spent\" viewBox=\"0 0 {WIDTH} 16\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"{name}\">{segments}</svg>"
    )
}
