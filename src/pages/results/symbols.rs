//! Two blocks with statistics for each symbol: one with returns, ratios and drawdown, and one with
//! factor betas.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{beta, number, percent, price},
    tables::{Shown, table},
};
use crate::server::{
    batch::{
        Outputs,
        phases::{factor_analysis::SymbolFactors, symbol_metrics::SymbolMetrics},
    },
    results::csv::Table,
};

/// Renders the block with each symbol's returns, volatility, ratios and drawdown.
pub fn metrics(basis: &Basis, metrics: &[SymbolMetrics], out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(metrics.iter().map(|symbol| symbol.symbol.as_str()), out);
    let r_squared: BTreeMap<&str, f64> = out
        .factors
        .iter()
        .flatten()
        .filter_map(|symbol| Some((symbol.symbol.as_str(), symbol.ridge.as_ref()?.r_squared)))
        .collect();
    let notes_on = |symbol: &str| out.market.as_ref().map(|market| market.notes_on(symbol)).unwrap_or_default();
    let rows = metrics.iter().filter(|row| shown.has(&row.symbol)).map(|row| {
        let mark = if notes_on(&row.symbol).is_empty() { "" } else { " *" };
        vec![
            row.symbol.clone(),
            price(row.price),
            percent(row.returns.day_1),
            percent(row.returns.day_21),
            format!("{}{mark}", percent(row.returns.day_252)),
            percent(row.returns.ytd),
            percent(row.volatility.day_252),
            number(row.sharpe),
            number(row.sortino),
            number(row.skewness),
            number(row.kurtosis),
            percent(row.max_drawdown.as_ref().map(|drawdown| drawdown.value)),
            percent(r_squared.get(row.symbol.as_str()).copied()),
        ]
    });
    let columns = [
        "Symbol",
        "Price, $",
        "1 day",
        "21 days",
        "252 days",
        "Year to date",
        "Volatility",
        "Sharpe",
        "Sortino",
        "Skewness",
        "Excess kurtosis",
        "Max drawdown",
        "Explained by styles",
    ];
    let block = Block {
        id: "symbols",
        title: "Symbols",
        window: "up to the last 252 daily returns of each symbol; fit of the styles (R\u{b2}) over 90".to_owned(),
        note: format!(
            "Returns are of adjusted closes. Sharpe and Sortino ratios use a risk-free rate of 0%.{}",
            shown.note()
        ),
        table: Some(Table::Symbols),
    };
    let table = table("Symbols", &columns, rows.collect());
    let noted = metrics.iter().filter(|row| shown.has(&row.symbol)).map(|row| (&row.symbol, notes_on(&row.symbol)));
    let noted = noted.filter(|(_, notes)| !notes.is_empty());
    let items: Vec<_> =
        noted.map(|(symbol, notes)| view! { <li>{format!("* {symbol}: {}.", notes.join("; "))}</li> }).collect();
    let list = (!items.is_empty()).then(|| {
        view! {
            <p class="small">"* These prices look unusual, so the figures from them may be wrong:"</p>
            <ul class="small">{items}</ul>
        }
    });
    block.view(basis, view! { {table} {list} })
}

/// Renders the block with each symbol's style betas and spread betas.
pub fn factors(basis: &Basis, factors: &[SymbolFactors], out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(factors.iter().map(|symbol| symbol.symbol.as_str()), out);
    let styles: BTreeSet<&str> = factors
        .iter()
        .filter_map(|symbol| symbol.ridge.as_ref())
        .flat_map(|fit| fit.betas.keys().map(|style| &**style))
        .collect();
    let spreads: BTreeSet<&str> =
        factors.iter().flat_map(|symbol| symbol.spreads.iter().map(|spread| &*spread.name)).collect();
    let rows = factors.iter().filter(|row| shown.has(&row.symbol)).map(|row| {
        let ridge = row.ridge.as_ref();
        let spread = |name: &str| row.spreads.iter().find(|spread| *spread.name == *name).map(|spread| spread.beta);
        let mut cells = vec![row.symbol.clone(), percent(ridge.map(|fit| fit.r_squared))];
        cells.extend(styles.iter().map(|style| beta(ridge.and_then(|fit| fit.betas.get(*style).copied()))));
        cells.extend(spreads.iter().map(|name| beta(spread(name))));
        cells
    });
    let rows = rows.collect();
    let columns: Vec<&str> = ["Symbol", "Explained by styles"].into_iter().chain(styles).chain(spreads).collect();
    let block = Block {
        id: "factors",
        title: "Factor betas of each symbol",
        window: "90 trading days for the styles, 180 for the spreads".to_owned(),
        note: format!(
            "The style betas of a symbol come from one ridge regression on all styles, each spread beta from its own.{}",
            shown.note()
        ),
        table: Some(Table::Factors),
    };
    let table = table("Factor betas of each symbol", &columns, rows);
    block.view(basis, table)
}
