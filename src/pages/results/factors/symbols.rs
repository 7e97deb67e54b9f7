//! The factor betas of each symbol: styles with the market first, and ridge and spreads behind a
//! disclosure.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::{
    super::{
        block::{Basis, Block},
        format::{self, beta, percent},
        names,
        overview::Overview,
        tables::{Shown, missing_note, table},
    },
    evidence,
};
use crate::server::{batch::phases::factor_analysis::SymbolFactors, results::csv::Table};

/// Renders the block with each symbol's style betas and spread betas.
pub fn block(overview: &Overview<'_>, basis: &Basis, factors: &[SymbolFactors]) -> AnyView {
    let shown = Shown::from_symbols(factors.iter().map(|symbol| symbol.symbol.as_str()), overview.out);
    let listed: Vec<&SymbolFactors> = factors.iter().filter(|row| shown.has(&row.symbol)).collect();
    let has_market = listed.iter().any(|symbol| !symbol.styles_with_market.is_empty());
    let window = if has_market {
        "up to 252 trading days for the styles, 90 for the ridge, 180 for the spreads"
    } else {
        "90 trading days for the styles, 180 for the spreads"
    };
    let block = Block {
        id: "factors",
        title: "Factor betas of each symbol",
        window: window.to_owned(),
        note: format!(
            "{}Each spread beta comes from its own regression.{}",
            if has_market { "Each style beta comes from a regression on that style and the market. " } else { "" },
            shown.note()
        ),
        table: Some(Table::Factors),
    };
    let ridge = ridge_table(overview, &listed);
    if !has_market {
        return block.view(basis, ridge);
    }
    let content = view! {
        {styles_table(&listed)}
        <p class="small">{evidence::EXPLANATION}</p>
        <details>
            <summary>"Betas of the ridge regression and spreads"</summary>
            {ridge}
        </details>
    };
    block.view(basis, content)
}

fn styles_table(listed: &[&SymbolFactors]) -> AnyView {
    let styles: BTreeSet<&str> =
        listed.iter().flat_map(|symbol| symbol.styles_with_market.keys().map(|style| &**style)).collect();
    let rows = listed.iter().map(|symbol| {
        let cell = |style: &&str| match symbol.styles_with_market.get(*style) {
            Some(fit) => format!("{}, {}", beta(Some(fit.beta)), evidence::word(fit)),
            None => format::MISSING.to_owned(),
        };
        std::iter::once(symbol.symbol.clone()).chain(styles.iter().map(cell)).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let why = missing_note(
        &rows,
        "fewer than 60 days on which symbol, market and style have a return, or returns that don't vary.",
    );
    let names: Vec<String> = styles.iter().map(|style| names::factor(style)).collect();
    let columns: Vec<&str> = std::iter::once("Symbol").chain(names.iter().map(String::as_str)).collect();
    view! { {table("Style betas with the market", &columns, rows)}{why} }.into_any()
}

fn ridge_table(overview: &Overview<'_>, listed: &[&SymbolFactors]) -> AnyView {
    let styles: BTreeSet<&str> = listed
        .iter()
        .filter_map(|symbol| symbol.ridge.as_ref())
        .flat_map(|fit| fit.betas.keys().map(|style| &**style))
        .collect();
    let spreads: BTreeSet<&str> =
        listed.iter().flat_map(|symbol| symbol.spreads.iter().map(|spread| &*spread.name)).collect();
    let rows = listed.iter().map(|row| {
        let ridge = row.ridge.as_ref();
        let spread = |name: &str| row.spreads.iter().find(|spread| *spread.name == *name).map(|spread| spread.beta);
        let mut cells = vec![row.symbol.clone(), percent(ridge.map(|fit| fit.r_squared))];
        cells.extend(styles.iter().map(|style| beta(ridge.and_then(|fit| fit.betas.get(*style).copied()))));
        cells.extend(spreads.iter().map(|name| beta(spread(name))));
        cells
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let why = missing_note(&rows, "fewer than 30 daily returns for the styles, or 60 for a spread.");
    let style_names = styles.iter().map(|style| names::factor(style));
    let spread_names = spreads.iter().map(|spread| names::spread(spread, overview.spreads()));
    let names: Vec<String> = style_names.chain(spread_names).collect();
    let columns: Vec<&str> =
        ["Symbol", "Explained by styles"].into_iter().chain(names.iter().map(String::as_str)).collect();
    view! { {table("Factor betas of each symbol", &columns, rows)}{why} }.into_any()
}
