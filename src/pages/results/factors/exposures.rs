//! The portfolio's factor exposures. Exposures to the market, and to styles besides the market,
//! come first; those of the ridge regression, of spreads and of rates are behind a disclosure.

use leptos::prelude::*;

use super::{
    super::{
        block::{Basis, Block},
        format::{count, dollars, number, percent},
        names,
        overview::Overview,
        tables::{missing_note, table},
    },
    evidence,
};
use crate::server::{
    batch::{
        Outputs,
        phases::factor_exposures::{FactorExposure, FactorKind},
    },
    results::csv::Table,
};

/// Renders the block with the tables of factor exposures and their bar chart.
pub fn block(overview: &Overview<'_>, basis: &Basis, exposures: &[FactorExposure]) -> AnyView {
    let rows = exposures.iter().map(|exposure| {
        vec![
            label(exposure, overview),
            kind(exposure.kind).to_owned(),
            number(exposure.exposure),
            dollars(exposure.dollars),
            percent(exposure.coverage),
            exposure.capped.to_string(),
        ]
    });
    let columns = ["Factor", "Kind", "Exposure", "Dollars", "Coverage", "Betas capped at \u{b1}5"];
    let rows: Vec<Vec<String>> = rows.collect();
    let why = missing_note(&rows, NO_EXPOSURE);
    let table = table("Factor exposures", &columns, rows);
    let block = Block {
        id: "exposures",
        title: "Factor exposures",
        window: "betas over 90 trading days, with the market over 252, those of spreads over 180".to_owned(),
        note:
            "An exposure of 1 means that the portfolio moves as much as the factor. Positions without a beta are left \
               out; coverage is the share of gross value whose beta is known."
                .to_owned(),
        table: Some(Table::Exposures),
    };
    let all = view! { {bars(exposures, overview)}{table}{why} };
    let Some(styles) = styles(overview, exposures) else { return block.view(basis, all) };
    let content = view! {
        {styles}
        <details>
            <summary>"Exposures of the ridge regression, spreads and rates"</summary>
            {all}
        </details>
    };
    block.view(basis, content)
}

/// Explains missing exposures.
const NO_EXPOSURE: &str = "no position has this beta, or the value of the portfolio isn't positive.";

fn label(exposure: &FactorExposure, overview: &Overview<'_>) -> String {
    match exposure.kind {
        FactorKind::Spread => names::spread(&exposure.factor, overview.spreads()),
        FactorKind::Market | FactorKind::Style | FactorKind::Rate => names::factor(&exposure.factor),
    }
}

/// Renders the exposures to the market and, besides it, to each style. Returns `None` if the
/// results have no style betas with the market.
fn styles(overview: &Overview<'_>, exposures: &[FactorExposure]) -> Option<AnyView> {
    exposures.iter().find(|exposure| exposure.with_market.is_some())?;
    let market = exposures.iter().filter(|exposure| exposure.kind == FactorKind::Market);
    let market = market.map(|market| {
        let words = "the market as a whole".to_owned();
        vec![label(market, overview), number(market.exposure), dollars(market.dollars), percent(market.coverage), words]
    });
    let styles = exposures.iter().filter_map(|style| Some((style, style.with_market?))).map(|(style, with_market)| {
        vec![
            label(style, overview),
            number(with_market.exposure),
            dollars(with_market.dollars),
            percent(with_market.coverage),
            evidence_in_words(&style.factor, overview.out),
        ]
    });
    let rows: Vec<Vec<String>> = market.chain(styles).collect();
    let why = missing_note(&rows, NO_EXPOSURE);
    let columns = ["Factor", "Exposure", "Dollars", "Coverage", "Evidence"];
    let table = table("Exposures to the market and to styles besides it", &columns, rows);
    Some(view! { {table}{why}<p class="small">{evidence::EXPLANATION}</p> }.into_any())
}

/// Counts the symbols whose beta on a style is clear: "clear for 5 of 18 symbols".
fn evidence_in_words(style: &str, out: &Outputs) -> String {
    let fits = || out.factors.iter().flatten().filter_map(|symbol| symbol.styles_with_market.get(style));
    let clear = fits().filter(|fit| evidence::word(fit) == "clear").count();
    let total = fits().count();
    let symbols = if total == 1 { "symbol" } else { "symbols" };
    format!("clear for {} of {} {symbols}", count(clear), count(total))
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
fn bars(exposures: &[FactorExposure], overview: &Overview<'_>) -> Option<AnyView> {
    let known: Vec<(&FactorExposure, f64)> =
        exposures.iter().filter_map(|factor| Some((factor, factor.exposure?))).collect();
    let largest = known.iter().map(|(_, value)| value.abs()).reduce(f64::max).filter(|largest| *largest > 0.0)?;
    let values: Vec<String> =
        known.iter().map(|(factor, value)| format!("{} {}", label(factor, overview), number(Some(*value)))).collect();
    let description = format!("Exposures: {}.", values.join(", "));
    let bars = known.iter().map(|(factor, value)| {
        // The view box is 100 units wide and zero is in the middle, so each side has 50 units.
        let width = 50.0 * value.abs() / largest;
        let x = if *value < 0.0 { 50.0 - width } else { 50.0 };
        let class = if *value < 0.0 { "bar loss" } else { "bar gain" };
        view! {
            <li>
                <span class="of">{label(factor, overview)}</span>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                    <rect class=class x=format!("{x:.2}") y="1" width=format!("{width:.2}") height="8"></rect>
                    <line class="zero" x1="50" x2="50" y1="0" y2="10" vector-effect="non-scaling-stroke"></line>
                </svg>
                <span class="much">{number(Some(*value))}</span>
            </li>
        }
    });
    let bars = bars.collect_view();
    let figure = view! {
        <figure class="chart" role="img" aria-label=description><ul class="bars" aria-hidden="true">{bars}</ul></figure>
    };
    Some(figure.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::batch::phases::factor_analysis::{StyleBeta, SymbolFactors};

    #[test]
    fn counts_symbols_with_clear_style_beta() {
        let symbol = |p: f64| SymbolFactors {
            symbol: "A".into(),
            ridge: None,
            spreads: Vec::new(),
            styles_with_market: [("VLUE".into(), StyleBeta { beta: 0.4, t: None, p, observations: 252 })].into(),
        };
        let out = Outputs { factors: Some(vec![symbol(0.001), symbol(0.5)]), ..Outputs::default() };
        assert_eq!(evidence_in_words("VLUE", &out), "clear for 1 of 2 symbols");
        assert_eq!(evidence_in_words("MTUM", &out), "clear for 0 of 0 symbols");
    }
}
