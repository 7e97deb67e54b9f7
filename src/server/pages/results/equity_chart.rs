//! The equity line: what the portfolio was worth on each date, as an image with a table behind it.

use leptos::prelude::*;

use super::{format, tables::table};
use crate::server::batch::phases::snapshots::{Snapshot, Snapshots};

/// Size of the drawing, in its own units.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 220.0;

/// The section with the line and its table.
pub fn section(snapshots: &Snapshots) -> impl IntoView + use<> {
    let days = &snapshots.days;
    let rows: Vec<Vec<String>> = days
        .iter()
        .rev()
        .map(|day| {
            vec![
                day.date.to_string(),
                format::dollars(Some(day.equity)),
                format::dollars(Some(day.cash)),
                format::dollars(Some(day.long_value)),
                format::dollars(Some(day.short_value)),
                format::dollars(day.pnl),
                format::percent(day.daily_return),
                format::percent(day.drawdown),
            ]
        })
        .collect();
    let columns = ["Date", "Equity, $", "Cash, $", "Long, $", "Short, $", "P&L, $", "Return", "From peak"];
    view! {
        <section class="card" aria-labelledby="equity-title">
            <h2 id="equity-title">"Equity"</h2>
            {chart(days)}
            <details>
                <summary>{format!("All {} dates as a table", days.len())}</summary>
                {table("Daily snapshots, newest first", &columns, rows)}
            </details>
        </section>
    }
}

fn chart(days: &[Snapshot]) -> Option<impl IntoView + use<>> {
    let (first, last) = (days.first()?, days.last()?);
    let low = days.iter().map(|day| day.equity).fold(f64::INFINITY, f64::min);
    let high = days.iter().map(|day| day.equity).fold(f64::NEG_INFINITY, f64::max);
    let points = points(days, low, high);
    let description = format!(
        "From {} dollars on {} to {} dollars on {}; lowest {}, highest {}.",
        format::dollars(Some(first.equity)),
        first.date,
        format::dollars(Some(last.equity)),
        last.date,
        format::dollars(Some(low)),
        format::dollars(Some(high)),
    );
    Some(view! {
        <figure class="chart">
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-labelledby="equity-name equity-description" preserveAspectRatio="none">
                <title id="equity-name">"Equity over time"</title>
                <desc id="equity-description">{description.clone()}</desc>
                <polyline class="series" points=points fill="none" vector-effect="non-scaling-stroke"></polyline>
            </svg>
            <figcaption class="small">{description}</figcaption>
        </figure>
    })
}

/// The line's corners. A portfolio that never changed is a line in the middle.
fn points(days: &[Snapshot], low: f64, high: f64) -> String {
    let steps = days.len().saturating_sub(1).max(1) as f64;
    let height = |equity: f64| if high > low { (high - equity) / (high - low) } else { 0.5 };
    let corners = days.iter().enumerate().map(|(index, day)| {
        let (x, y) = (WIDTH * index as f64 / steps, 4.0 + (HEIGHT - 8.0) * height(day.equity));
        format!("{x:.1},{y:.1}")
    });
    corners.collect::<Vec<_>>().join(" ")
}
