//! Factor exposures: how far each factor moves the portfolio, as bars to both sides of zero and as a table.

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

/// The block.
pub fn block(basis: &Basis, exposures: &[FactorExposure]) -> impl IntoView + use<> {
    let rows = exposures.iter().map(|of| {
        vec![
            of.factor.clone(),
            kind(of.kind).to_owned(),
            number(of.exposure),
            dollars(of.dollars),
            percent(of.coverage),
            if of.capped == 0 { "none".to_owned() } else { of.capped.to_string() },
        ]
    });
    let columns = ["Factor", "Kind", "Exposure", "Dollars", "Coverage", "Betas cut to \u{b1}5"];
    let table = table("Factor exposures", &columns, rows.collect());
    let block = Block {
        id: "exposures",
        title: "Factor exposures",
        window: "betas over 90 trading days, of spreads over 180".to_owned(),
        note:
            "An exposure of 1 means that the portfolio moves as much as the factor. Coverage is the share of the gross \
               value whose beta is known: what has none adds nothing, and the exposure is of the rest."
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

/// One bar a factor. Nothing without an exposure.
fn bars(exposures: &[FactorExposure]) -> Option<impl IntoView + use<>> {
    let known: Vec<(&FactorExposure, f64)> = exposures.iter().filter_map(|of| Some((of, of.exposure?))).collect();
    let largest = known.iter().map(|(_, value)| value.abs()).reduce(f64::max).filter(|largest| *largest > 0.0)?;
    let said: Vec<String> = known.iter().map(|(of, value)| format!("{} {}", of.factor, number(Some(*value)))).collect();
    let description = format!("Exposures: {}.", said.join(", "));
    let bars = known.iter().map(|(of, value)| {
        // Half of the drawing is for each side.
        let width = 50.0 * value.abs() / largest;
        let x = if *value < 0.0 { 50.0 - width } else { 50.0 };
        let class = if *value < 0.0 { "bar loss" } else { "bar gain" };
        view! {
            <li>
                <span class="of">{of.factor.clone()}</span>
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
