//! The tables of the results page.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::format::{self, dollars, number, percent, price};
use crate::{
    server::batch::phases::{
        factor_analysis::SymbolFactors,
        factor_exposures::{FactorExposure, FactorKind},
        position_betas::PositionBeta,
        position_values::{PositionValue, Pricing},
        symbol_metrics::SymbolMetrics,
        volatility::{SeriesVolatility, VolatilityAnalysis, VolatilityTrend},
    },
    status::UnavailableSymbol,
};

/// A table whose first column names its rows. It scrolls sideways by itself where the window is narrow.
pub fn table(caption: &str, columns: &[&str], rows: Vec<Vec<String>>) -> impl IntoView + use<> {
    let head = columns.iter().map(|column| view! { <th scope="col">{(*column).to_owned()}</th> }).collect_view();
    let body = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter();
            let name = cells.next().unwrap_or_default();
            view! {
                <tr><th scope="row">{name}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=caption.to_owned()>
            <table>
                <caption class="visually-hidden">{caption.to_owned()}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

/// A titled block with a note on how to read it.
pub fn section(id: &'static str, title: &'static str, note: String, table: impl IntoView + 'static) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <p class="small">{note}</p>
            {table}
        </section>
    }
}

/// Every position: quantity, value, weight, profit and beta.
pub fn positions(values: &[PositionValue], betas: &[PositionBeta]) -> impl IntoView + use<> {
    let rows = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let beta = betas.get(index).and_then(|beta| beta.market_beta.day_90.as_ref());
            let how = match value.pricing {
                Pricing::Market if value.stale => "last known price",
                Pricing::Market => "",
                Pricing::Modelled => "modelled",
                Pricing::Entry => "at entry price",
                Pricing::Closed => "closed",
                Pricing::NotYetHeld => "entered after this date",
                Pricing::Unavailable => "no prices",
            };
            vec![
                value.symbol.clone(),
                format::quantity(value.quantity),
                price(value.price),
                dollars(value.market_value),
                percent(value.weight),
                dollars(value.unrealized_pnl),
                number(beta.map(|beta| beta.beta)),
                how.to_owned(),
            ]
        })
        .collect();
    let columns =
        ["Symbol", "Quantity", "Price, $", "Value, $", "Weight", "Unrealised P&L, $", "Beta, 90 days", "Note"];
    section(
        "positions-title",
        "Positions",
        "Weight is the share of equity; shorts are negative.".to_owned(),
        table("Positions", &columns, rows),
    )
}

/// The portfolio's factor exposures.
pub fn exposures(exposures: &[FactorExposure]) -> impl IntoView + use<> {
    let rows = exposures
        .iter()
        .map(|exposure| {
            let kind = match exposure.kind {
                FactorKind::Market => "Market",
                FactorKind::Style => "Style",
                FactorKind::Spread => "Spread",
                FactorKind::Rate => "Rate",
            };
            vec![
                exposure.factor.clone(),
                kind.to_owned(),
                number(exposure.exposure),
                dollars(exposure.dollars),
                percent(exposure.coverage),
            ]
        })
        .collect();
    section(
        "exposures-title",
        "Factor exposures",
        "Coverage is the share of the gross value whose beta is known; a missing beta is not counted as zero."
            .to_owned(),
        table("Factor exposures", &["Factor", "Kind", "Exposure", "Dollars", "Coverage"], rows),
    )
}

/// Returns, volatility and ratios of each symbol.
pub fn symbols(metrics: &[SymbolMetrics], factors: &[SymbolFactors]) -> impl IntoView + use<> {
    let r_squared: BTreeMap<&str, f64> =
        factors.iter().filter_map(|of| Some((of.symbol.as_str(), of.ridge.as_ref()?.r_squared))).collect();
    let rows = metrics
        .iter()
        .map(|of| {
            vec![
                of.symbol.clone(),
                price(of.price),
                percent(of.returns.day_21),
                percent(of.returns.day_252),
                percent(of.returns.ytd),
                percent(of.volatility.day_252),
                number(of.sharpe),
                number(of.sortino),
                percent(of.max_drawdown.as_ref().map(|fall| fall.value)),
                percent(r_squared.get(of.symbol.as_str()).copied()),
            ]
        })
        .collect();
    let columns = [
        "Symbol",
        "Price, $",
        "21 days",
        "252 days",
        "Year to date",
        "Volatility",
        "Sharpe",
        "Sortino",
        "Deepest fall",
        "Explained by styles",
    ];
    section(
        "symbols-title",
        "Symbols",
        "Volatility, ratios and falls over the last 252 returns; style fit (R²) over the last 90.".to_owned(),
        table("Symbols", &columns, rows),
    )
}

/// Volatility of the portfolio and of each symbol.
pub fn volatility(analysis: &VolatilityAnalysis) -> impl IntoView + use<> {
    let row = |name: &str, of: &SeriesVolatility| {
        let trend = match of.trend {
            None => format::MISSING,
            Some(VolatilityTrend::Rising) => "rising",
            Some(VolatilityTrend::Falling) => "falling",
            Some(VolatilityTrend::Stable) => "stable",
        };
        vec![
            name.to_owned(),
            percent(of.day_21),
            percent(of.day_63),
            percent(of.day_252),
            percent(of.ewma),
            percent(of.percentile),
            trend.to_owned(),
            percent(of.har.day_21.as_ref().map(|har| har.forecast)),
        ]
    };
    let mut rows = vec![row("Portfolio", &analysis.portfolio)];
    rows.extend(analysis.positions.iter().map(|of| row(&of.symbol, &of.volatility)));
    let columns = ["Of", "21 days", "63 days", "252 days", "EWMA", "Percentile", "Trend", "Forecast, 21 days"];
    section(
        "volatility-title",
        "Volatility",
        "Annualised. Percentile: share of the last 252 rolling 21-day volatilities at or below today's.".to_owned(),
        table("Volatility", &columns, rows),
    )
}

/// The symbols without prices, and why.
pub fn unavailable(symbols: &[UnavailableSymbol]) -> impl IntoView + use<> {
    let rows = symbols.iter().map(|missing| vec![missing.symbol.clone(), missing.reason.clone()]).collect();
    section(
        "unavailable-title",
        "Unavailable symbols",
        "Positions in these are left out of every value, beta and correlation above.".to_owned(),
        table("Unavailable symbols", &["Symbol", "Reason"], rows),
    )
}
