//! The correlation grid, in the order of the clusters: colour for the glance, the number for the look.

use leptos::prelude::*;

use super::format::number;
use crate::server::batch::phases::correlations::Correlations;

/// The section with the grid.
pub fn section(correlations: &Correlations) -> impl IntoView + use<> {
    let names: Vec<String> =
        correlations.order.iter().filter_map(|&at| correlations.symbols.get(at).cloned()).collect();
    let head = names.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let body = correlations
        .order
        .iter()
        .zip(&names)
        .map(|(&row, name)| {
            let cells = correlations
                .order
                .iter()
                .map(|&column| {
                    let value = correlations.matrix.get(row).and_then(|cells| cells.get(column)).copied();
                    view! { <td class=shade(value)>{number(value)}</td> }
                })
                .collect_view();
            view! { <tr><th scope="row">{name.clone()}</th>{cells}</tr> }
        })
        .collect_view();
    let note = format!(
        "Over the last {} trading days. Mean absolute correlation {}; effective bets {}; effective positions {}{}",
        correlations.window,
        number(correlations.mean_abs),
        number(correlations.effective_bets),
        number(correlations.effective_positions),
        if correlations.repaired { ". The matrix was repaired to be consistent." } else { "." },
    );
    view! {
        <section class="card" aria-labelledby="correlations-title">
            <h2 id="correlations-title">"Correlations"</h2>
            <p class="small">{note}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Correlation grid">
                <table class="grid">
                    <caption class="visually-hidden">"Correlations, similar symbols side by side"</caption>
                    <thead><tr><td></td>{head}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </section>
    }
}

/// One of nine shades, from strongly negative to strongly positive.
fn shade(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    #[allow(clippy::cast_possible_truncation)] // -4 to 4
    let step = (value.clamp(-1.0, 1.0) * 4.0).round() as i8;
    if step < 0 { format!("n{}", -step) } else { format!("p{step}") }
}
