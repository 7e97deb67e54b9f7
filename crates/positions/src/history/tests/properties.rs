//! Properties that hold for any trades.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use proptest::prelude::*;

use super::*;

const SYMBOLS: [&str; 2] = ["KO", "PEP"];

/// A trade of one symbol, `days` after the one before. Quantities are in millionths of a share.
#[derive(Debug, Clone, Copy)]
struct Step {
    symbol: usize,
    days: u64,
    quantity: u64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Buy,
    Sell,
    /// Two shares for one.
    Split,
    /// One share for two.
    ReverseSplit,
}

fn steps(min_days: u64) -> impl Strategy<Value = Vec<Step>> {
    let kind = prop_oneof![
        5 => Just(Kind::Buy),
        4 => Just(Kind::Sell),
        1 => Just(Kind::Split),
        1 => Just(Kind::ReverseSplit)
    ];
    let step =
        (0..SYMBOLS.len(), min_days..5_u64, 1..2_000_000_u64, kind).prop_map(|(symbol, days, quantity, kind)| {
            // Even multiples keep six decimals through the splits.
            Step { symbol, days, quantity: quantity << 10, kind }
        });
    prop::collection::vec(step, 2..40).prop_map(limit_splits)
}

/// Keeps at most five splits of each kind, so that six decimals suffice for all quantities.
fn limit_splits(mut steps: Vec<Step>) -> Vec<Step> {
    let mut counts = [0, 0];
    steps.retain(|step| {
        let count = match step.kind {
            Kind::Split => &mut counts[0],
            Kind::ReverseSplit => &mut counts[1],
            Kind::Buy | Kind::Sell => return true,
        };
        *count += 1;
        *count <= 5
    });
    steps
}

/// The trades of some steps, with the quantities that they lead to.
#[derive(Default)]
struct Expected {
    trades: Vec<Trade>,
    /// Shares held at the end, by symbol.
    held: BTreeMap<&'static str, f64>,
    /// Shares that each sale closes, in the shares of the end, by row.
    closed: BTreeMap<u64, f64>,
}

/// Simulates steps of which each happens on a day of its own.
fn simulate(steps: &[Step]) -> Expected {
    let mut expected = Expected::default();
    let mut date = day("2015-01-05");
    let mut sales: Vec<(usize, u64)> = Vec::new();
    for (row, step) in (2..).zip(steps) {
        date = date + Days::new(step.days);
        let symbol = SYMBOLS[step.symbol];
        let held = expected.held.entry(symbol).or_default();
        let quantity = step.quantity as f64 / 1e6;
        let (action, quantity) = match step.kind {
            Kind::Buy => (Action::Buy, quantity),
            Kind::Sell => (Action::Sell, quantity),
            Kind::Split => (Action::SharesAdded, *held),
            Kind::ReverseSplit => (Action::SharesAdded, -*held / 2.0),
        };
        let factor = match step.kind {
            Kind::Buy => {
                *held += quantity;
                1.0
            }
            Kind::Sell => {
                let closed = quantity.min(*held);
                *held -= closed;
                expected.closed.insert(row, closed);
                sales.push((step.symbol, row));
                1.0
            }
            Kind::Split => 2.0,
            Kind::ReverseSplit => 0.5,
        };
        if *held > 0.0 {
            *held *= factor;
            for (_, sale) in sales.iter().filter(|(of, _)| *of == step.symbol) {
                *expected.closed.entry(*sale).or_default() *= factor;
            }
        }
        expected.trades.push(Trade { price: Some(10.0), ..Trade::new(row, date, share(symbol), action, quantity) });
    }
    expected
}

fn any_trade() -> impl Strategy<Value = Trade> {
    let number = || {
        prop_oneof![
            Just(0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(1e300),
            Just(1e-300),
            -100.0..100.0_f64,
            (-5_i32..5).prop_map(f64::from)
        ]
    };
    let action = prop::sample::select(vec![
        Action::Buy,
        Action::BuyToOpen,
        Action::BuyToCover,
        Action::Sell,
        Action::SellShort,
        Action::Reinvestment,
        Action::Reversal,
        Action::SharesReceived,
        Action::TransferIn,
        Action::TransferOut,
        Action::Transfer,
        Action::SharesAdded,
        Action::ReverseSplit,
        Action::SplitClose,
        Action::SplitOpen,
        Action::Exchange,
        Action::Expired,
        Action::Assigned,
        Action::Exercised,
        Action::Distribution,
        Action::NotTrade(LeftOutReason::Dividend),
    ]);
    let security = prop::sample::select(vec![
        Security::default(),
        share("KO"),
        share("PEP"),
        isin("US1912161007"),
        option("KO", "2020-01-10", OptionKind::Call, 50.0),
    ]);
    let text = |values: [&'static str; 2]| prop::option::of(prop::sample::select(values.map(String::from).to_vec()));
    let rest = (text(["A", "B"]), text(["USD", "EUR"]), prop::option::of(any::<bool>()), 0..24_u32);
    (0..20_u64, action, security, (number(), prop::option::of(number()), prop::option::of(number())), number(), rest)
        .prop_map(|(days, action, security, (quantity, price, amount), ratio, (account, currency, order, hour))| {
            Trade {
                price,
                amount,
                account,
                currency,
                has_order_id: order,
                ratio: (ratio != 0.0).then_some(ratio),
                time: chrono::NaiveTime::from_hms_opt(hour, 0, 0).filter(|_| hour > 0),
                ..Trade::new(0, day("2020-01-01") + Days::new(days), security, action, quantity)
            }
        })
}

proptest! {
    #[test]
    fn holds_what_was_bought_and_not_sold(steps in steps(1)) {
        let expected = simulate(&steps);
        let history = build_lots(&expected.trades);
        for (symbol, held) in expected.held {
            let of_symbol = |position: &&DraftPosition| position.symbol.as_deref() == Some(symbol);
            let open = history.positions.iter().filter(of_symbol).filter(|position| position.exit_date.is_none());
            let total: f64 = open.map(|position| position.quantity).sum();
            prop_assert!((total - held).abs() < 1e-9, "{symbol}: {total} instead of {held}");
        }
    }

    #[test]
    fn spreads_each_sale_over_closed_positions(steps in steps(1)) {
        let expected = simulate(&steps);
        let history = build_lots(&expected.trades);
        for (row, quantity) in expected.closed {
            let closed = history.positions.iter().filter(|position| position.rows.contains(&row));
            let total: f64 = closed.map(|position| position.quantity).sum();
            prop_assert!((total - quantity).abs() < 1e-9, "row {row}: {total} instead of {quantity}");
        }
    }

    #[test]
    fn reads_file_in_either_order(steps in steps(0)) {
        let mut trades = simulate(&steps).trades;
        prop_assume!(trades.first().map(|trade| trade.date) != trades.last().map(|trade| trade.date));
        let forward = build_lots(&trades);
        trades.reverse();
        prop_assert_eq!(forward, build_lots(&trades));
    }

    #[test]
    fn accounts_for_each_row_of_any_history(mut trades in prop::collection::vec(any_trade(), 0..40)) {
        for (row, trade) in (2..).zip(&mut trades) {
            trade.row = row;
        }
        let history = build_lots(&trades);
        let in_positions: BTreeSet<u64> =
            history.positions.iter().flat_map(|position| position.rows.iter().copied()).collect();
        let left_out: BTreeSet<u64> = history.not_positions.iter().map(|(row, _)| *row).collect();
        prop_assert!(in_positions.is_disjoint(&left_out));
        let all: BTreeSet<u64> = in_positions.union(&left_out).copied().collect();
        prop_assert_eq!(all, trades.iter().map(|trade| trade.row).collect::<BTreeSet<_>>());
        for position in &history.positions {
            prop_assert!(position.quantity.is_finite() && position.quantity != 0.0);
            let prices = [position.entry_price, position.exit_price];
            prop_assert!(prices.into_iter().flatten().all(|price| price.is_finite() && price >= 0.0));
        }
    }
}
