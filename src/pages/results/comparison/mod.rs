//! The table *Against the market*: the portfolio, its benchmark and their difference, with each
//! measure in words.

mod measures;

#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::measures::{Against, measures};
use super::{
    block::{Basis, Block},
    format,
    overview::Overview,
    tables::wide_table,
    words::{period, share},
};
use crate::server::results::csv::Table;

/// Renders the block, or a sentence if there is nothing to compare.
pub fn block(overview: &Overview<'_>, basis: &Basis) -> Option<AnyView> {
    overview.snapshots?;
    let name = &overview.benchmark.label;
    let title = "Against the market";
    let Some(comparison) = &overview.comparison else {
        let block = Block {
            id: "comparison",
            title,
            window: "no trading days compared".into(),
            note: String::new(),
            table: None,
        };
        return Some(block.view(basis, view! { <p>{no_comparison(overview)}</p> }));
    };
    let days = comparison.observations;
    let rate = share(comparison.risk_free_rate);
    let block = Block {
        id: "comparison",
        title,
        window: format!(
            "{days} trading days, {}",
            overview.period().map(|(from, to)| period(from, to)).unwrap_or_default()
        ),
        note: format!(
            "Compares daily returns with those of {}.{} Ratios use a risk-free rate of {rate} a year and, like the \
             volatilities, the mean and standard deviation of daily returns (n - 1), times 252.",
            overview.benchmark.in_sentence,
            dividends(overview)
        ),
        table: Some(Table::Comparison),
    };
    let rows = measures(comparison, &overview.benchmark.in_sentence).into_iter().map(|measure| {
        let cell = |text: Option<String>| view! { <td>{text.unwrap_or_else(|| format::MISSING.to_owned())}</td> };
        // Of a measure that only the portfolio has, the cells of the benchmark stay empty, because
        // nothing is missing.
        let against = match measure.against {
            Some(Against { benchmark, difference }) => view! { {cell(benchmark)}{cell(difference)} }.into_any(),
            None => view! { <td></td><td></td> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{measure.term.button_with_label(measure.label)}</th>
                {cell(measure.own)}
                {against}
                <td class="words">{measure.words}</td>
            </tr>
        }
        .into_any()
    });
    let columns = ["Measure", "Portfolio", name.as_str(), "Difference", "In words"];
    Some(block.view(basis, wide_table("Against the market", &columns, rows.collect())))
}

/// Returns a sentence on whether the returns include dividends, after a space. It is empty for
/// results of an earlier version.
fn dividends(overview: &Overview<'_>) -> &'static str {
    if overview.is_from_earlier_version() {
        ""
    } else if overview.has_dividends() {
        " Returns include dividends where the price source reports them."
    } else if overview.has_sample_prices() {
        " The sample prices are adjusted for dividends, but the S&P 500 is its price index without them, which favors the \
         portfolio."
    } else {
        " The price source doesn't report dividends separately, so returns include them only if its prices do."
    }
}

fn no_comparison(overview: &Overview<'_>) -> &'static str {
    let has_lost = overview.snapshots.is_some_and(|snapshots| snapshots.equity_lost.is_some());
    if has_lost {
        "The portfolio has no return that could be compared, because its value fell to zero or below."
    } else if overview.is_from_earlier_version() {
        "These older results have no comparison."
    } else {
        "There is no day on which both the portfolio and the benchmark have a return."
    }
}
