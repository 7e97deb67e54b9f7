//! The block with statistics for each symbol: returns, ratios and drawdown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{number, percent, price},
    overview::Overview,
    tables::{Shown, missing_note, table},
    words::share,
};
use crate::server::{batch::phases::symbol_metrics::SymbolMetrics, results::csv::Table};

/// Renders the block with each symbol's returns, volatility, ratios and drawdown.
pub fn block(overview: &Overview<'_>, basis: &Basis, metrics: &[SymbolMetrics]) -> AnyView {
    let out = overview.out;
    let shown = Shown::from_symbols(metrics.iter().map(|symbol| symbol.symbol.as_str()), out);
    let r_squared: BTreeMap<&str, f64> = out
        .factors
        .iter()
        .flatten()
        .filter_map(|symbol| Some((symbol.symbol.as_str(), symbol.ridge.as_ref()?.r_squared)))
        .collect();
    let notes_on = |symbol: &str| out.market.as_ref().map(|market| market.notes_on(symbol)).unwrap_or_default();
    let as_of = overview.as_of();
    let rows = metrics.iter().filter(|row| shown.has(&row.symbol)).map(|row| {
        let mark = if notes_on(&row.symbol).is_empty() { "" } else { " *" };
        vec![
            ends_early(row, as_of).map_or_else(|| row.symbol.clone(), |date| format!("{}, up to {date}", row.symbol)),
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
    let has_ended = metrics.iter().any(|row| shown.has(&row.symbol) && ends_early(row, as_of).is_some());
    let block = Block {
        id: "symbols",
        title: "Symbols",
        window: "up to the last 252 daily returns of each symbol; fit of the styles (R\u{b2}) over 90".to_owned(),
        note: format!(
            "{}Sharpe and Sortino ratios use a risk-free rate of {} a year.{}{}",
            if overview.has_dividends() { "Returns include dividends. " } else { "" },
            share(overview.snapshots.map_or(0.0, |snapshots| snapshots.risk_free_rate)),
            if has_ended { ENDED } else { "" },
            shown.note()
        ),
        table: Some(Table::Symbols),
    };
    let rows: Vec<Vec<String>> = rows.collect();
    let missing = missing_note(&rows, MISSING_FIGURES);
    let table = table("Symbols", &columns, rows);
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
    block.view(basis, view! { {table} {missing} {list} })
}

/// Explains missing figures.
const MISSING_FIGURES: &str = "the price history is too short. Ratios, skewness, kurtosis and drawdown need 60 daily \
                               returns, the fit of the styles 30, and a return or volatility all the days of its window.";

/// Explains the dates after symbols.
const ENDED: &str = " A symbol whose prices end earlier has the date up to which its figures go.";

/// Returns the date of a symbol's last price if it is before the as-of date. Its returns then end
/// on that date.
pub fn ends_early(metrics: &SymbolMetrics, as_of: Option<NaiveDate>) -> Option<NaiveDate> {
    metrics.price_date.filter(|date| as_of.is_some_and(|as_of| *date < as_of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::batch::phases::symbol_metrics::{TrailingReturns, WindowVolatility};

    #[test]
    fn dates_symbols_that_ended_early() {
        let date = |text: &str| text.parse::<NaiveDate>().ok();
        let ended = |price_date| {
            let metrics = SymbolMetrics {
                symbol: "HZNP".into(),
                observations: 0,
                price: None,
                price_date,
                returns: TrailingReturns::default(),
                volatility: WindowVolatility::default(),
                sharpe: None,
                sortino: None,
                skewness: None,
                kurtosis: None,
                max_drawdown: None,
            };
            ends_early(&metrics, date("2022-12-28"))
        };
        assert_eq!(ended(date("2022-02-10")), date("2022-02-10"));
        assert_eq!((ended(date("2022-12-28")), ended(None)), (None, None));
    }
}
