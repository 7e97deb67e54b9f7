//! *What helped and what hurt*: the contribution of each symbol to the return and to the risk, the
//! positions that are closed, and the dividends.

mod closed;
mod rows;

use leptos::prelude::*;

use self::rows::{Contribution, Contributions};
use super::{
    bar_cell::bar_cell,
    block::{Basis, Block},
    format::{self, count, dollars, percent},
    overview::Overview,
    tables::wide_table,
    words::{period, signed_amount},
};
use crate::server::{batch::phases::volatility::book_risk::LeftOut, results::csv::Table};

/// Maximum number of positions that are named as left out of the risk.
const MAX_LEFT_OUT: usize = 12;

/// Renders the block. Returns `None` if the results have neither contributions nor closed
/// positions, for example because an earlier version stored them.
pub fn block(overview: &Overview<'_>, basis: &Basis) -> Option<AnyView> {
    let snapshots = overview.snapshots?;
    let found = Contributions::from_overview(overview);
    if found.is_empty() && snapshots.closed.is_none() {
        return None;
    }
    let days = overview.days().len();
    let dates = overview.period().map(|(from, to)| format!(", {}", period(from, to))).unwrap_or_default();
    let block = Block {
        id: "contributions",
        title: "What helped and what hurt",
        window: format!("{} trading days{dates}", count(days)),
        note: note(overview, &found),
        table: Some(Table::Contributions),
    };
    let since = overview.period().map(|(from, _)| format!(" since {}", format::date(from))).unwrap_or_default();
    let table = (!found.is_empty()).then(|| table(&found, &since));
    let left_out = overview.risk.map(|risk| left_out(&risk.left_out));
    let content = view! {
        {table}
        {left_out}
        {dividends(overview, &since).map(|text| view! { <p>{text}</p> })}
        {snapshots.closed.as_deref().and_then(closed::table)}
    };
    Some(block.view(basis, content))
}

fn note(overview: &Overview<'_>, found: &Contributions) -> String {
    let rest = match found.rest_count {
        0 => String::new(),
        rest => format!(" The largest contributions are listed; the other {} are added up.", count(rest)),
    };
    let risk = if found.has_risk() {
        String::new()
    } else {
        format!(" Contributions to risk are missing: {}.", overview.risk_reason())
    };
    format!(
        "Returns cover these days only, with the price changes, trades and dividends of all lots, including closed ones. \
         Holdings shows the profit since each position was opened. \
         Contributions to risk are those of today's positions, with options counted by their delta.{risk}{rest}"
    )
}

fn table(found: &Contributions, since: &str) -> AnyView {
    let largest = |value: fn(&Contribution) -> Option<f64>| {
        found.rows.iter().filter_map(|row| value(row).map(f64::abs)).fold(0.0, f64::max)
    };
    let (most, riskiest) = (largest(|row| row.pnl), largest(|row| row.volatility));
    let has_risk = found.has_risk();
    let render = |row: &Contribution, has_bars: bool| {
        let risk = has_risk.then(|| {
            let bar = bar_cell(row.volatility.filter(|_| has_bars), riskiest);
            view! { <td>{percent(row.weight)}</td><td>{percent(row.volatility)}</td><td>{percent(row.share_of_risk(found.volatility))}</td>{bar} }
        });
        view! {
            <tr>
                <th scope="row">{row.symbol.clone()}</th>
                <td>{dollars(row.pnl)}</td>
                <td>{percent(row.share_of_return)}</td>
                {bar_cell(row.pnl.filter(|_| has_bars), most)}
                {risk}
            </tr>
        }
        .into_any()
    };
    let mut rows: Vec<AnyView> = found.rows.iter().map(|row| render(row, true)).collect();
    rows.extend(found.rest.iter().chain([&found.total]).map(|row| render(row, false)));
    let pnl = format!("P&L{since}, $");
    let mut columns = vec!["Symbol", &pnl, "Of return", "Helped or hurt"];
    if has_risk {
        columns.extend(["Exposure today", "Of risk", "Share of risk", "Adds or lowers risk"]);
    }
    wide_table("Contributions of each symbol", &columns, rows)
}

/// Lists the positions that the risk does not include, with their reasons.
fn left_out(left_out: &[LeftOut]) -> Option<AnyView> {
    let (named, more) = left_out.split_at(left_out.len().min(MAX_LEFT_OUT));
    if named.is_empty() {
        return None;
    }
    let items: Vec<_> = named
        .iter()
        .map(|left| {
            let weight = left.weight.map(|weight| format!(" ({} of the value)", percent(Some(weight))));
            view! { <li>{format!("{}{}: {}", left.symbol, weight.unwrap_or_default(), left.reason)}</li> }
        })
        .collect();
    let more = (!more.is_empty()).then(|| view! { <li>{format!("and {} more", count(more.len()))}</li> });
    Some(view! { <p class="small">"Not included in the risk:"</p><ul class="small">{items}{more}</ul> }.into_any())
}

/// Describes the dividends of the days of the snapshots. Returns `None` for results of an earlier
/// version.
fn dividends(overview: &Overview<'_>, since: &str) -> Option<String> {
    if overview.is_from_earlier_version() {
        return None;
    }
    let known: Vec<f64> = overview.days().iter().filter_map(|day| day.income).collect();
    Some(dividends_in_words(&known, since))
}

fn dividends_in_words(income: &[f64], since: &str) -> String {
    let total: f64 = income.iter().sum();
    match income {
        [] => "The price source doesn't report dividends separately, so none are listed.".to_owned(),
        _ if total > 0.0 => format!("Dividends received{since}: {} (included above).", signed_amount(total)),
        _ if total < 0.0 => {
            format!(
                "Dividends{since}: {}, because shorts paid more than longs received (included above).",
                signed_amount(total)
            )
        }
        _ => format!("No dividends were received{since}."),
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::{LeftOut, dividends_in_words, left_out};

    #[test]
    fn describes_dividends_received_paid_or_unknown() {
        let words = |income: &[f64]| dividends_in_words(income, " since Dec 24, 2021");
        assert_eq!(words(&[0.0, 1_234.4]), "Dividends received since Dec 24, 2021: +$1,234 (included above).");
        assert!(words(&[-50.0, 10.0]).starts_with("Dividends since Dec 24, 2021: \u{2212}$40, because shorts paid"));
        assert_eq!(words(&[0.0]), "No dividends were received since Dec 24, 2021.");
        assert_eq!(words(&[]), "The price source doesn't report dividends separately, so none are listed.");
    }

    #[test]
    fn names_few_positions_left_out_of_risk() {
        let left = |number: usize| LeftOut {
            symbol: format!("S{number}"),
            weight: Some(0.01),
            reason: "no market prices".into(),
        };
        let all: Vec<LeftOut> = (0..15).map(left).collect();
        let html = Owner::new().with(|| left_out(&all).unwrap().to_html());
        assert!(html.contains("S0 (1.0% of the value): no market prices") && html.contains("and 3 more"), "{html}");
        assert!(left_out(&[]).is_none());
    }
}
