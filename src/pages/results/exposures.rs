//! The portfolio's factor exposures, shown as a bar chart around zero and as a table.

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{dollars, number, percent},
    tables::table,
};
use crate::server::{
    batch::phases::factor_exposures::{FactorExposure, FactorKind},
    results::csv::Table,
};

/// Renders the block with the bar chart and the table of factor exposures.
pub fn block(basis: &Basis, exposures: &[FactorExposure]) -> impl IntoView + use<> {
    let rows = exposures.iter().map(|exposure| {
        vec![
            exposure.factor.clone(),
            kind(exposure.kind).to_owned(),
            number(exposure.exposure),
            dollars(exposure.dollars),
            percent(exposure.coverage),
            exposure.capped.to_string(),
        ]
    });
    let columns = ["Factor", "Kind", "Exposure", "Dollars", "Coverage", "Betas capped at \u{b1}5"];
    let table = table("Factor exposures", &columns, rows.collect());
    let block = Block {
        id: "exposures",
        title: "Factor exposures",
        window: "betas over 90 trading days, those of spreads over 180".to_owned(),
        note:
            "An exposure of 1 means that the portfolio moves as much as the factor. Positions without a beta are left \
               out; coverage is the share of gross value whose beta is known."
                .to_owned(),
        table: Some(Table::Exposures),
    };
    block.view(basis, view! { {bars(exposures)}{table} })
}

fn kind(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Market => "Market",
        FactorKind::Style => "Style",
        FactorKind::Spread => "Spread",
        FactorKind::Rate => "Rate",
    }
}

/// Renders one bar per factor. Returns `None` if every exposure is missing or zero.
fn bars(exposures: &[FactorExposure]) -> Option<impl IntoView + use<>> {
    let known: Vec<(&FactorExposure, f64)> =
        exposures.iter().filter_map(|factor| Some((factor, factor.exposure?))).collect();
    let largest = known.iter().map(|(_, value)| value.abs()).reduce(f64::max).filter(|largest| *largest > 0.0)?;
    let values: Vec<String> =
        known.iter().map(|(factor, value)| format!("{} {}", factor.factor, number(Some(*value)))).collect();
    let description = format!("Exposures: {}.", values.join(", "));
    let bars = known.iter().map(|(factor, value)| {
        // The view box is 100 units wide and zero is in the middle, so each side has 50 units.
        let width = 50.0 * value.abs() / largest;
        let x = if *value < 0.0 { 50.0 - width } else { 50.0 };
        let class = if *value < 0.0 { "bar loss" } else { "bar gain" };
        view! {
            <li>
                <span class="of">{factor.factor.clone()}</span>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                    <rect class=class x=format!("{x:.2}") y="1" width=format!("{width:.2}") height="8"></rect>
                    <line class="zero" x1="50" x2="50" y1="0" y2="10" vector-effect="non-scaling-stroke"></line>
                </svg>
                <span class="much">{number(Some(*value))}</span>
            </li>
        }
    });
    let bars = bars.collect_view();
    Some(view! {
        <figure class="chart" role="img" aria-label=description><ul class="bars" aria-hidden="true">{bars}</ul></figure>
    })
}
