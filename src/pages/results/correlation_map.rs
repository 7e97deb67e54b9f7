//! The correlation heat map, in the order of the clusters: colour for the glance, the number for the look.

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

/// Symbols on each side of the map: of more, no square could be told from another.
const SIDE: usize = 40;

/// The block.
pub fn block(basis: &Basis, of: &Correlations, out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::at_most(SIDE, of.symbols.iter().map(String::as_str), out);
    let order: Vec<(usize, String)> = of
        .order
        .iter()
        .filter_map(|&at| Some((at, of.symbols.get(at)?.clone())))
        .filter(|(_, symbol)| shown.has(symbol))
        .collect();
    let repaired = if of.repaired {
        " The pairs were measured on different days and did not fit together; the nearest matrix that does is shown."
    } else {
        ""
    };
    let part = of.largest.map_or_else(String::new, |part| {
        format!(
            " The {} largest of {} symbols by weight are correlated; the others are left out.",
            part.considered, part.of
        )
    });
    let note = format!(
        "Similar symbols stand side by side. Mean absolute correlation {}; effective bets {}: so many independent sources \
         of risk; effective positions {}: so many equal ones would be as concentrated.{part}{repaired}{}",
        number(of.mean_abs),
        number(of.effective_bets),
        number(of.effective_positions),
        shown.note(),
    );
    let block = Block {
        id: "correlations",
        title: "Correlations",
        window: format!("daily returns of the last {} trading days, pair by pair", of.window),
        note,
        table: Some(Table::Correlations),
    };
    // The smallest holdings, last in the list, are counted in the note.
    let named = of.dropped.len() - of.largest.map_or(0, |part| part.of - part.considered).min(of.dropped.len());
    let dropped = of.dropped[..named].iter().map(|dropped| vec![dropped.symbol.clone(), dropped.reason.clone()]);
    let dropped =
        (named > 0).then(|| table("Symbols left out of the correlations", &["Left out", "Reason"], dropped.collect()));
    block.view(basis, view! { {(order.len() > 1).then(|| map(of, &order))}{dropped} })
}

fn map(of: &Correlations, order: &[(usize, String)]) -> impl IntoView + use<> {
    let value = |row: usize, column: usize| of.matrix.get(row).and_then(|cells| cells.get(column)).copied();
    let head = order.iter().map(|(_, name)| view! { <th scope="col"><span>{name.clone()}</span></th> }).collect_view();
    let body = order
        .iter()
        .map(|(row, name)| {
            let cells = order.iter().map(|(column, other)| {
                let value = value(*row, *column);
                let pair = format!("{name} and {other}: {}", number(value));
                view! { <td class=shade(value) title=pair>{number(value)}</td> }
            });
            view! { <tr><th scope="row">{name.clone()}</th>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Correlation grid">
            <table class="grid" data-readout="pair">
                <caption class="visually-hidden">"Correlations, similar symbols side by side"</caption>
                <thead><tr><td></td>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        {key()}
    }
}

/// What the colours mean.
fn key() -> impl IntoView {
    let steps = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0];
    let steps = steps.map(|step| view! { <span class=shade(Some(step))>{number(Some(step))}</span> });
    view! { <p class="key small" aria-hidden="true">{steps.collect_view()}</p> }
}

/// One of nine shades, from strongly negative to strongly positive.
fn shade(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    #[allow(clippy::cast_possible_truncation)] // -4 to 4
    let step = (value.clamp(-1.0, 1.0) * 4.0).round() as i8;
    if step < 0 { format!("n{}", -step) } else { format!("p{step}") }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::{Basis, Correlations, Outputs, block};
    use crate::server::batch::phases::correlations::{DroppedSymbol, LargestPart};

    #[test]
    fn counts_symbols_beyond_the_bound() {
        let dropped = |symbol: &str, reason: &str| DroppedSymbol { symbol: symbol.into(), reason: reason.into() };
        let of = Correlations {
            symbols: vec!["AAA".into()],
            matrix: vec![vec![1.0]],
            order: vec![0],
            dropped: vec![dropped("BBB", "needs 30 rows, has 9"), dropped("CCC", "not among the 2 largest holdings")],
            largest: Some(LargestPart { considered: 2, of: 3 }),
            ..Correlations::default()
        };
        let basis = Basis { portfolio_id: String::new(), as_of: String::new(), source: String::new() };
        let html = Owner::new().with(|| block(&basis, &of, &Outputs::default()).into_view().to_html());
        let said = "The 2 largest of 3 symbols by weight are correlated; the others are left out.";
        assert!(html.contains(said) && html.contains("BBB") && !html.contains("CCC"), "{html}");
    }
}
