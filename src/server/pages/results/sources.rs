//! What the first two phases produced: the prices that everything rests on, and each symbol's factor betas.

use leptos::prelude::*;

use super::{
    format::{self, number, percent, price},
    tables::{section, table},
};
use crate::server::batch::phases::{factor_analysis::SymbolFactors, panel::MarketPanel};

/// The prices of each symbol: how many days, from when to when, and the last one.
pub fn market_data(market: &MarketPanel) -> impl IntoView + use<> {
    let rows = market
        .series
        .iter()
        .map(|(symbol, series)| {
            let known =
                || market.calendar.iter().zip(&series.close).filter_map(|(date, close)| Some((date, (*close)?)));
            let date = |found: Option<(&chrono::NaiveDate, f64)>| {
                found.map_or_else(|| format::MISSING.to_owned(), |(date, _)| date.to_string())
            };
            vec![
                symbol.clone(),
                known().count().to_string(),
                date(known().next()),
                date(known().next_back()),
                price(known().next_back().map(|(_, close)| close)),
            ]
        })
        .collect();
    section(
        "market-title",
        "Market data",
        format!("{} trading days; positions, underlyings and factors.", market.calendar.len()),
        table("Market data", &["Symbol", "Days", "First", "Last", "Last price, $"], rows),
    )
}

/// Each symbol's style betas and spread betas.
pub fn factors(factors: &[SymbolFactors]) -> impl IntoView + use<> {
    let mut styles: Vec<&str> = factors
        .iter()
        .filter_map(|of| of.ridge.as_ref())
        .flat_map(|fit| fit.betas.keys().map(String::as_str))
        .collect();
    styles.sort_unstable();
    styles.dedup();
    let mut spreads: Vec<&str> =
        factors.iter().flat_map(|of| of.spreads.iter().map(|spread| spread.name.as_str())).collect();
    spreads.sort_unstable();
    spreads.dedup();
    let rows =
        factors
            .iter()
            .map(|of| {
                let ridge = of.ridge.as_ref();
                let mut cells = vec![of.symbol.clone(), percent(ridge.map(|fit| fit.r_squared))];
                cells.extend(styles.iter().map(|style| number(ridge.and_then(|fit| fit.betas.get(*style).copied()))));
                cells.extend(spreads.iter().map(|name| {
                    number(of.spreads.iter().find(|spread| spread.name == *name).map(|spread| spread.beta))
                }));
                cells
            })
            .collect();
    let mut columns = vec!["Symbol", "Explained by styles"];
    columns.extend(&styles);
    columns.extend(&spreads);
    section(
        "factors-title",
        "Factor betas of each symbol",
        "Ridge regression on the styles over 90 days; one regression for each spread.".to_owned(),
        table("Factor betas of each symbol", &columns, rows),
    )
}
