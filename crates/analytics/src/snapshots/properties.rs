//! Property tests of invariants that the daily accounts of every valid portfolio satisfy.

use proptest::prelude::*;

use super::tests::{lot, trade};
use super::*;
use crate::holding::*;

/// A generated lot: its quantity, entry, optional exit, prices, dividends and symbol.
type Lot = (f64, Trade, Option<Trade>, Vec<Option<f64>>, Vec<f64>, usize);

fn lots() -> impl Strategy<Value = Vec<Lot>> {
    let price = || 0.5..900.0f64;
    let prices = prop::collection::vec(prop::option::weighted(0.8, price()), 12);
    let rows = (prop::option::of(0..12usize), prop::option::of(0..14usize));
    let dividends = prop::collection::vec(prop_oneof![3 => Just(0.0), 1 => 0.01..9.0f64], 12);
    let traded = (price(), price());
    let one = (-1e4..1e4f64, rows, traded, prices, dividends, 0..4usize).prop_map(
        |(quantity, (entry, exit), (paid, received), prices, dividends, symbol)| {
            let exit = exit.map(|row| trade(row.max(entry.unwrap_or(0)), received));
            (quantity, trade(entry, paid), exit, prices, dividends, symbol)
        },
    );
    prop::collection::vec(one, 0..8)
}

fn holdings(lots: &[Lot]) -> Vec<Holding<'_>> {
    lots.iter()
        .map(|(quantity, entry, exit, prices, dividends, symbol)| Holding {
            exit: *exit,
            dividends,
            symbol: *symbol,
            ..lot(*quantity, *entry, prices)
        })
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
    fn splits_change_in_equity_among_symbols_exactly(lots in lots(), cash in -1e6..1e6f64, first in 0..12usize) {
        let holdings = holdings(&lots);
        let ledger = Ledger::new(12, &holdings, cash, first).unwrap();
        let pnl: Vec<f64> = ledger.pnl_by_symbol().iter().flatten().copied().collect();
        let days: Vec<_> = ledger.collect();
        let change = days[11].equity - days[first.saturating_sub(1)].equity;
        prop_assert_eq!(pnl.iter().sum::<f64>(), change);
        prop_assert_eq!(pnl.iter().rev().sum::<f64>(), change, "in any order");
    }

    #[test]
    fn adds_income_to_price_changes(lots in lots(), cash in -1e6..1e6f64) {
        let with = holdings(&lots);
        let without: Vec<_> = with.iter().map(|holding| Holding { dividends: &[], ..*holding }).collect();
        let days = Ledger::new(12, &with, cash, 0).unwrap();
        for (day, other) in days.zip(Ledger::new(12, &without, cash, 0).unwrap()) {
            let difference = day.pnl.unwrap_or(0.0) - other.pnl.unwrap_or(0.0);
            prop_assert!((difference - day.income).abs() < 1e-6);
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
