//! The table of closed positions with their realized P&L.

use leptos::prelude::*;

use super::super::{
    format::{self, count, dollars, price},
    tables::table as plain_table,
    words::signed_amount,
};
use crate::server::batch::phases::snapshots::ClosedPosition;

/// Maximum number of closed positions in the table: those with the largest gain or loss.
const MAX_CLOSED: usize = 60;

/// Renders the total, and the positions with the largest gains and losses. Returns `None` if no
/// position is closed.
pub fn table(closed: &[ClosedPosition]) -> Option<AnyView> {
    if closed.is_empty() {
        return None;
    }
    let rows = largest(closed).into_iter().map(|position| {
        vec![
            position.symbol.clone(),
            format::quantity(position.quantity),
            position.entry_date.to_string(),
            position.exit_date.to_string(),
            price(Some(position.entry_price)),
            price(Some(position.exit_price)),
            dollars(position.income),
            dollars(Some(position.realized_pnl)),
        ]
    });
    let columns = [
        "Symbol",
        "Quantity",
        "Entered",
        "Closed",
        "Entry price, $",
        "Exit price, $",
        "Dividends, $",
        "Realized P&L, $",
    ];
    let table = plain_table("Realized P&L", &columns, rows.collect());
    Some(view! { <h3>"Closed positions"</h3><p>{summary(closed)}</p>{table} }.into_any())
}

/// Returns the positions with the largest gains or losses, in file order.
fn largest(closed: &[ClosedPosition]) -> Vec<&ClosedPosition> {
    let mut order: Vec<usize> = (0..closed.len()).collect();
    order.sort_by(|&a, &b| closed[b].realized_pnl.abs().total_cmp(&closed[a].realized_pnl.abs()));
    order.truncate(MAX_CLOSED);
    order.sort_unstable();
    order.into_iter().map(|index| &closed[index]).collect()
}

fn summary(closed: &[ClosedPosition]) -> String {
    let total: f64 = closed.iter().map(|position| position.realized_pnl).sum();
    let positions = if closed.len() == 1 {
        "1 position is closed".to_owned()
    } else {
        format!("{} positions are closed", count(closed.len()))
    };
    let largest = if closed.len() > MAX_CLOSED {
        format!(" The {MAX_CLOSED} with the largest gains and losses are listed.")
    } else {
        String::new()
    };
    format!("{positions}, with a realized P&L of {}.{largest}", signed_amount(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(realized_pnl: f64) -> ClosedPosition {
        let date = |text: &str| text.parse().unwrap();
        ClosedPosition {
            symbol: "BAC".into(),
            quantity: 1_200.0,
            multiplier: 1.0,
            entry_date: date("2021-04-12"),
            exit_date: date("2022-06-15"),
            entry_price: 38.047,
            exit_price: 31.202,
            income: None,
            realized_pnl,
        }
    }

    #[test]
    fn sums_realized_profit_of_closed_positions() {
        assert_eq!(summary(&[closed(-8_214.0)]), "1 position is closed, with a realized P&L of \u{2212}$8,214.");
        let html = Owner::new().with(|| table(&[closed(-8_214.0)]).unwrap().to_html());
        assert!(html.contains("<td>-8,214</td>") && html.contains("2022-06-15"), "{html}");
        assert!(table(&[]).is_none());
    }

    #[test]
    fn lists_largest_closed_positions_in_file_order() {
        let all: Vec<ClosedPosition> = (0..100).map(|number| closed(f64::from(number) - 50.0)).collect();
        let listed: Vec<f64> = largest(&all).into_iter().map(|position| position.realized_pnl).collect();
        assert_eq!((listed.len(), listed[0], listed[59]), (60, -50.0, 49.0));
        assert!(listed.is_sorted());
        assert!(summary(&all).contains("The 60 with the largest gains and losses are listed."));
    }
}
