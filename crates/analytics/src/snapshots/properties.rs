//! Property tests of invariants that the daily accounts of every valid portfolio satisfy.

use proptest::prelude::*;

use super::tests::{lot, trade};
use super::*;
use crate::holding::*;

/// A generated lot: its quantity, entry, optional exit and prices.
type Lot = (f64, Trade, Option<Trade>, Vec<Option<f64>>);

fn lots() -> impl Strategy<Value = Vec<Lot>> {
    let price = || 0.5..900.0f64;
    let prices = prop::collection::vec(prop::option::weighted(0.8, price()), 12);
    let rows = (prop::option::of(0..12usize), prop::option::of(0..14usize));
    let one =
        (-1e4..1e4f64, rows, price(), price(), prices).prop_map(|(quantity, (entry, exit), paid, received, prices)| {
            let exit = exit.map(|row| trade(row.max(entry.unwrap_or(0)), received));
            (quantity, trade(entry, paid), exit, prices)
        });
    prop::collection::vec(one, 0..8)
}

fn holdings(lots: &[Lot]) -> Vec<Holding<'_>> {
    lots.iter()
        .map(|(quantity, entry, exit, prices)| Holding { exit: *exit, ..lot(*quantity, *entry, prices) })
        .collect()
}

proptest! {
    #[test]
    fn reconciles_equity_with_pnl_to_last_bit(lots in lots(), cash in -1e6..1e6f64) {
        let days: Vec<_> = Ledger::new(12, &holdings(&lots), cash, 0).unwrap().collect();
        for pair in days.windows(2) {
            prop_assert_eq!(pair[0].equity + pair[1].pnl.unwrap(), pair[1].equity);
            prop_assert_eq!(pair[1].cash + pair[1].net, pair[1].equity);
        }
    }

    #[test]
    fn sums_pnl_of_all_holdings(lots in lots(), cash in -1e6..1e6f64) {
        let all: Vec<_> = Ledger::new(12, &holdings(&lots), cash, 0).unwrap().collect();
        let mut earned = vec![0.0; 12];
        for one in holdings(&lots) {
            for day in Ledger::new(12, &[one], 0.0, 0).unwrap() {
                earned[day.row] += day.pnl.unwrap_or(0.0);
            }
        }
        for (day, earned) in all.iter().zip(earned).skip(1) {
            prop_assert!((day.pnl.unwrap() - earned).abs() < 1e-6);
        }
    }

    #[test]
    fn earns_last_value_less_first_over_lifetime(
        quantity in -1e4..1e4f64, paid in 0.5..900.0f64, prices in prop::collection::vec(0.5..900.0f64, 12),
        entry in 1..12usize,
    ) {
        let prices: Vec<_> = prices.into_iter().map(Some).collect();
        let holdings = [lot(quantity, trade(entry, paid), &prices)];
        let total: f64 = Ledger::new(12, &holdings, 0.0, 1).unwrap().filter_map(|day| day.pnl).sum();
        prop_assert!((total - quantity * (prices[11].unwrap() - paid)).abs() < 1e-6);
    }

    #[test]
    fn values_portfolio_regardless_of_holding_order(lots in lots(), cash in -1e6..1e6f64) {
        let forward = holdings(&lots);
        let backward: Vec<_> = forward.iter().rev().copied().collect();
        let days = Ledger::new(12, &forward, cash, 0).unwrap();
        for (ours, theirs) in days.zip(Ledger::new(12, &backward, cash, 0).unwrap()) {
            prop_assert!((ours.equity - theirs.equity).abs() < 1e-6);
        }
    }

    #[test]
    fn adds_equity_of_two_lots(lots in lots(), share in 0.1..0.9f64) {
        let whole = holdings(&lots);
        let split: Vec<_> = whole
            .iter()
            .flat_map(|h| [share, 1.0 - share].map(|s| Holding { quantity: h.quantity * s, ..*h }))
            .collect();
        let days = Ledger::new(12, &whole, 0.0, 0).unwrap();
        for (ours, theirs) in days.zip(Ledger::new(12, &split, 0.0, 0).unwrap()) {
            prop_assert!((ours.equity - theirs.equity).abs() < 1e-6);
        }
    }
}
