//! Each symbol by itself: returns, ratios and falls, and its factor betas.

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

/// Returns, volatility and ratios of each symbol.
pub fn metrics(basis: &Basis, metrics: &[SymbolMetrics], out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(metrics.iter().map(|of| of.symbol.as_str()), out);
    let r_squared: BTreeMap<&str, f64> = out
        .factors
        .iter()
        .flatten()
        .filter_map(|of| Some((of.symbol.as_str(), of.ridge.as_ref()?.r_squared)))
        .collect();
    let rows = metrics.iter().filter(|of| shown.has(&of.symbol)).map(|of| {
        vec![
            of.symbol.clone(),
            price(of.price),
            percent(of.returns.day_1),
            percent(of.returns.day_21),
            percent(of.returns.day_252),
            percent(of.returns.ytd),
            percent(of.volatility.day_252),
            number(of.sharpe),
            number(of.sortino),
            number(of.skewness),
            number(of.kurtosis),
            percent(of.max_drawdown.as_ref().map(|fall| fall.value)),
            percent(r_squared.get(of.symbol.as_str()).copied()),
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
        "Deepest fall",
        "Explained by styles",
    ];
    let block = Block {
        id: "symbols",
        title: "Symbols",
        window: "the last 252 daily returns of each; style fit (R\u{b2}) over 90".to_owned(),
        note: format!("Returns of adjusted closes. Sharpe and Sortino against an interest of zero.{}", shown.note()),
        table: Some(Table::Symbols),
    };
    let table = table("Symbols", &columns, rows.collect());
    block.view(basis, table)
}

/// Each symbol's style betas and spread betas.
pub fn factors(basis: &Basis, factors: &[SymbolFactors], out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(factors.iter().map(|of| of.symbol.as_str()), out);
    let styles: BTreeSet<&str> = factors
        .iter()
        .filter_map(|of| of.ridge.as_ref())
        .flat_map(|fit| fit.betas.keys().map(|style| &**style))
        .collect();
    let spreads: BTreeSet<&str> = factors.iter().flat_map(|of| of.spreads.iter().map(|spread| &*spread.name)).collect();
    let rows = factors.iter().filter(|of| shown.has(&of.symbol)).map(|of| {
        let ridge = of.ridge.as_ref();
        let spread = |name: &str| of.spreads.iter().find(|spread| *spread.name == *name).map(|spread| spread.beta);
        let mut cells = vec![of.symbol.clone(), percent(ridge.map(|fit| fit.r_squared))];
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
        note: format!("Ridge regression on the styles together; one regression for each spread.{}", shown.note()),
        table: Some(Table::Factors),
    };
    let table = table("Factor betas of each symbol", &columns, rows);
    block.view(basis, table)
}
