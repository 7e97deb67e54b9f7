//! The correlation heat map. Its symbols are ordered so that similar ones are next to each other.
//! Each cell is colored and shows the correlation with two decimals.

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::number,
    tables::{Shown, table},
};
use crate::server::{
    batch::{Outputs, phases::correlations::Correlations},
    results::csv::Table,
};

/// Maximum number of symbols on each side of the heat map. With more of them, the cells would be
/// too small to tell apart.
const SIDE: usize = 40;

/// Renders the block with the heat map and a table of the symbols that were left out of it.
pub fn block(basis: &Basis, correlations: &Correlations, out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::at_most(SIDE, correlations.symbols.iter().map(String::as_str), out);
    let order: Vec<(usize, String)> = correlations
        .order
        .iter()
        .filter_map(|&index| Some((index, correlations.symbols.get(index)?.clone())))
        .filter(|(_, symbol)| shown.has(symbol))
        .collect();
    let note = format!("Similar symbols are next to each other.{}{}", summary(correlations), shown.note());
    let block = Block {
        id: "correlations",
        title: "Correlations",
        window: format!("daily returns of the last {} trading days, pair by pair", correlations.window),
        note,
        table: Some(Table::Correlations),
    };
    // The last entries of `dropped` are holdings that did not make it into the matrix because they
    // are too small. The table omits them, because the block's note says how many there are.
    let smallest = correlations.largest.map_or(0, |part| part.of - part.considered);
    let named = correlations.dropped.len().saturating_sub(smallest);
    let dropped =
        correlations.dropped[..named].iter().map(|dropped| vec![dropped.symbol.clone(), dropped.reason.clone()]);
    let dropped =
        (named > 0).then(|| table("Symbols left out of the correlations", &["Left out", "Reason"], dropped.collect()));
    block.view(basis, view! { {(order.len() > 1).then(|| map(correlations, &order))}{dropped} })
}

/// Returns a few sentences on how diversified the portfolio is, how many symbols the matrix covers,
/// and whether the matrix had to be corrected.
fn summary(correlations: &Correlations) -> String {
    let mean = correlations.mean_abs.map(|mean| format!(" Mean absolute correlation {}.", number(Some(mean))));
    let bets = correlations
        .effective_bets
        .map(|bets| format!(" Its risk behaves like {} independent bets (effective bets).", number(Some(bets))));
    let positions = correlations.effective_positions.map(|positions| {
        format!(" As concentrated as {} equally weighted positions (effective positions).", number(Some(positions)))
    });
    let largest = correlations
        .largest
        .map(|part| format!(" Covers only the {} largest of {} symbols by weight.", part.considered, part.of));
    let repair = correlations.repaired.then(|| {
        " Pairs were measured on different days and did not fit together, so the nearest consistent matrix is shown."
            .to_owned()
    });
    [mean, bets, positions, largest, repair].into_iter().flatten().collect()
}

/// Renders the heat map. `public/results.js` shows the pair under the pointer or the keyboard's
/// focus in a line above it, in the words of the row and column headings.
fn map(correlations: &Correlations, order: &[(usize, String)]) -> impl IntoView + use<> {
    let value = |row: usize, column: usize| correlations.matrix.get(row).and_then(|cells| cells.get(column)).copied();
    let head = order.iter().map(|(_, name)| view! { <th scope="col"><span>{name.clone()}</span></th> }).collect_view();
    let body = order
        .iter()
        .map(|(row, name)| {
            let cells = order.iter().map(|(column, _)| {
                let value = value(*row, *column);
                view! { <td class=shade(value)>{number(value)}</td> }
            });
            view! { <tr><th scope="row">{name.clone()}</th>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Correlation grid">
            <table class="grid" data-readout>
                <caption class="visually-hidden">"Correlations, similar symbols side by side"</caption>
                <thead><tr><td></td>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        {key()}
    }
}

/// Renders the legend of the heat map, which has nine color steps, with words for its two ends.
/// Screen readers get the numbers of the cells instead.
fn key() -> impl IntoView {
    let steps = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0];
    let steps = steps.map(|step| view! { <span class=shade(Some(step))>{number(Some(step))}</span> });
    view! {
        <p class="key small" aria-hidden="true">
            <span>"Opposite moves"</span>
            {steps.collect_view()}
            <span>"Same moves"</span>
        </p>
    }
}

/// Returns the CSS class that colors a cell, in nine steps from a strongly negative to a strongly
/// positive correlation. Returns an empty string if the correlation is missing.
fn shade(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    #[allow(clippy::cast_possible_truncation)] // The result is between -4 and 4.
    let step = (value.clamp(-1.0, 1.0) * 4.0).round() as i8;
    if step < 0 { format!("n{}", -step) } else { format!("p{step}") }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::{Basis, Correlations, Outputs, block};
    use crate::server::batch::phases::correlations::{DroppedSymbol, LargestPart};

    #[test]
    fn counts_symbols_beyond_the_largest() {
        let dropped = |symbol: &str, reason: &str| DroppedSymbol { symbol: symbol.into(), reason: reason.into() };
        let correlations = Correlations {
            symbols: vec!["AAA".into()],
            matrix: vec![vec![1.0]],
            order: vec![0],
            dropped: vec![dropped("BBB", "needs 30 rows, has 9"), dropped("CCC", "not among the 2 largest holdings")],
            largest: Some(LargestPart { considered: 2, of: 3 }),
            ..Correlations::default()
        };
        let basis = Basis { portfolio_id: String::new(), as_of: String::new(), source: String::new() };
        let html = Owner::new().with(|| block(&basis, &correlations, &Outputs::default()).into_view().to_html());
        let note = "Covers only the 2 largest of 3 symbols by weight.";
        assert!(html.contains(note) && html.contains("BBB") && !html.contains("CCC"), "{html}");
    }
}
