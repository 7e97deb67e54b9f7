//! Rows that belong together: trades that a later row takes back, and splits that are written as a
//! sale and a purchase.

use std::collections::HashMap;

use super::{Action, Trade};
use crate::content::LeftOutReason;

/// Maximum relative difference between the values of both rows of a split.
const VALUE_TOLERANCE: f64 = 0.005;

/// Minimum ratio of the quantities of both rows of a split. It is higher if the file has no order
/// numbers, because prices can move by a fifth in a day.
const MIN_RATIO: f64 = 1.05;
const MIN_RATIO_WITHOUT_ORDERS: f64 = 1.4;

/// Marks trades that were taken back, and the rows that take them back, as cancelled.
pub(super) fn cancel_reversed(trades: &mut [Trade], securities: &[usize]) {
    mark_reversals(trades);
    let mut candidates: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    for (index, trade) in trades.iter().enumerate().filter(|(_, trade)| is_trade(trade.action)) {
        candidates.entry((securities[index], trade.quantity.abs().to_bits())).or_default().push(index);
    }
    for index in 0..trades.len() {
        if trades[index].action != Action::Reversal {
            continue;
        }
        let key = (securities[index], trades[index].quantity.abs().to_bits());
        if let Some(others) = candidates.get_mut(&key) {
            let fits = |other: usize| takes_back(&trades[index], &trades[other]);
            let before = others.iter().rposition(|other| *other < index && fits(*other));
            if let Some(found) = before.or_else(|| others.iter().position(|other| fits(*other))) {
                trades[others.remove(found)].action = Action::NotTrade(LeftOutReason::Cancelled);
            }
        }
        trades[index].action = Action::NotTrade(LeftOutReason::Cancelled);
    }
}

/// Marks trades whose sign contradicts their action and that of other rows: purchases of fewer than
/// zero shares, and sales with the sign that is rarer in the file and the numbers of another sale.
fn mark_reversals(trades: &mut [Trade]) {
    let is_sale = |trade: &Trade| matches!(trade.action, Action::Sell | Action::SellShort);
    let is_purchase = |trade: &Trade| is_trade(trade.action) && !is_sale(trade);
    let count = |of: &dyn Fn(&Trade) -> bool, sign: f64| {
        trades.iter().filter(|trade| of(trade) && trade.quantity * sign > 0.0).count()
    };
    let has_positive_purchases = count(&is_purchase, 1.0) > 0;
    let rare_sign = if count(&is_sale, -1.0) < count(&is_sale, 1.0) { -1.0 } else { 1.0 };
    let common_sales: HashMap<(u64, Option<u64>), usize> = trades
        .iter()
        .filter(|trade| is_sale(trade) && trade.quantity * rare_sign < 0.0)
        .fold(HashMap::new(), |mut counts, trade| {
            *counts.entry(numbers(trade)).or_default() += 1;
            counts
        });
    for trade in trades {
        let is_reversed_purchase = has_positive_purchases && is_purchase(trade) && trade.quantity < 0.0;
        let is_reversed_sale =
            is_sale(trade) && trade.quantity * rare_sign > 0.0 && common_sales.contains_key(&numbers(trade));
        if is_reversed_purchase || is_reversed_sale {
            trade.action = Action::Reversal;
        }
    }
}

fn numbers(trade: &Trade) -> (u64, Option<u64>) {
    (trade.quantity.abs().to_bits(), trade.price.map(f64::to_bits))
}

fn is_trade(action: Action) -> bool {
    matches!(
        action,
        Action::Buy | Action::BuyToOpen | Action::BuyToCover | Action::Sell | Action::SellShort | Action::Reinvestment
    )
}

fn takes_back(reversal: &Trade, other: &Trade) -> bool {
    let has_same_price = match (reversal.price, other.price) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-6,
        _ => true,
    };
    is_trade(other.action) && reversal.account == other.account && has_same_price
}

/// Marks the two rows of a split that is written as a sale of all old shares and a purchase of the
/// new ones, of the same value and at the same time.
pub(super) fn mark_splits(trades: &mut [Trade], securities: &[usize]) {
    let mut sales: HashMap<_, Vec<usize>> = HashMap::new();
    let key = |trade: &Trade, security| (trade.date, trade.time, trade.account.clone(), security);
    for (index, trade) in trades.iter().enumerate() {
        if trade.action == Action::Sell && trade.has_order_id != Some(true) {
            sales.entry(key(trade, securities[index])).or_default().push(index);
        }
    }
    for index in 0..trades.len() {
        let purchase = &trades[index];
        if purchase.action != Action::Buy || purchase.has_order_id == Some(true) {
            continue;
        }
        let Some(of_security) = sales.get_mut(&key(purchase, securities[index])) else { continue };
        if let Some(found) = of_security.iter().position(|sale| are_split(&trades[*sale], purchase)) {
            trades[of_security.remove(found)].action = Action::SplitClose;
            trades[index].action = Action::SplitOpen;
        }
    }
    mark_conversions(trades, securities);
}

fn are_split(sale: &Trade, purchase: &Trade) -> bool {
    let ratio = purchase.quantity.abs() / sale.quantity.abs();
    let lowest = match (sale.has_order_id, purchase.has_order_id) {
        (Some(false), Some(false)) => MIN_RATIO,
        _ => MIN_RATIO_WITHOUT_ORDERS,
    };
    have_same_value(sale, purchase) && ratio.max(ratio.recip()) >= lowest
}

fn have_same_value(one: &Trade, other: &Trade) -> bool {
    let value = |trade: &Trade| trade.price.map(|price| price * trade.quantity.abs()).filter(|value| *value > 0.0);
    let Some((one, other)) = value(one).zip(value(other)) else { return false };
    (one - other).abs() <= VALUE_TOLERANCE * one.max(other)
}

/// Marks a sale and a purchase of different securities at the same time, of the same value and
/// without order numbers, as the exchange of one for the other. Other trades of the file have to
/// have order numbers.
fn mark_conversions(trades: &mut [Trade], securities: &[usize]) {
    if !trades.iter().any(|trade| trade.has_order_id == Some(true)) {
        return;
    }
    let mut moments: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, trade) in trades.iter().enumerate() {
        let is_side = matches!(trade.action, Action::Buy | Action::Sell);
        if is_side && trade.has_order_id == Some(false) && trade.time.is_some() {
            moments.entry((trade.date, trade.time, trade.account.clone())).or_default().push(index);
        }
    }
    for pair in moments.into_values() {
        let [one, other] = pair[..] else { continue };
        let is_opposite = trades[one].action != trades[other].action;
        if is_opposite && securities[one] != securities[other] && have_same_value(&trades[one], &trades[other]) {
            for index in [one, other] {
                let is_sale = trades[index].action == Action::Sell;
                trades[index].action = if is_sale { Action::SplitClose } else { Action::SplitOpen };
            }
        }
    }
}
