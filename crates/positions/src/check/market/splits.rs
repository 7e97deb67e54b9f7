//! Recognizes prices from before a split, and offers to convert them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    entries::{Compared, Difference, SplitRepair},
    history::Close,
    known_splits::known_splits,
};
use crate::{
    check::{changes::first_row, words},
    content::{FileWarning, Repair, WarningCode},
    reading::{Reading, RowEdit},
};

/// The usual splits: new shares for old ones. Reverse splits are their inverses.
const USUAL: [(u32, u32); 21] = [
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 1),
    (6, 1),
    (7, 1),
    (8, 1),
    (10, 1),
    (15, 1),
    (20, 1),
    (25, 1),
    (30, 1),
    (40, 1),
    (50, 1),
    (75, 1),
    (100, 1),
    (3, 2),
    (4, 3),
    (5, 2),
    (5, 3),
    (5, 4),
];

/// A price that differs from the close times the factor by a smaller logarithm fits the split: the
/// prices of one day are within a few percent.
const TOLERANCE: f64 = 0.04;

/// The logarithm of the smallest factor that ordinary moves do not come close to: just below 2.
const SMALL_SPLIT: f64 = 0.69;

/// The tolerance of smaller factors, which ordinary moves come close to.
const SMALL_TOLERANCE: f64 = 0.015;

/// Maximum number of warnings, one per symbol and factor. The last one has all others.
const MAX_WARNINGS: usize = 20;

/// A split after a trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    /// How many shares one share became.
    pub factor: f64,
    /// The day of the split, if it is known.
    pub date: Option<NaiveDate>,
}

/// Returns the split that explains why a price differs from the close of its day by more than could
/// be traded.
///
/// A known split explains a price that is nearer to the close times its factor than to the close.
/// Otherwise the price must fit one of the usual factors closely.
pub(super) fn split_between(symbol: &str, price: f64, close: &Close, last: Option<NaiveDate>) -> Option<Split> {
    let distance = (price / close.price).ln();
    if close.allows(price) || !distance.is_finite() {
        return None;
    }
    let mut known = known_splits(symbol, close.date, last?);
    while !known.is_empty() {
        let factor: f64 = known.iter().map(|(_, factor)| factor).product();
        if (distance - factor.ln()).abs() < (distance.abs() / 3.0).min(0.3) {
            let date = known.first().filter(|_| known.len() == 1).map(|(date, _)| *date);
            return Some(Split { factor, date });
        }
        known.pop();
    }
    let ratio = price / close.price;
    let miss = |factor: f64| (ratio / factor).max(factor / ratio);
    let factors = USUAL.iter().flat_map(|(new, old)| {
        let factor = f64::from(*new) / f64::from(*old);
        [factor, 1.0 / factor]
    });
    let nearest = factors.min_by(|one, other| miss(*one).total_cmp(&miss(*other)))?;
    let size = nearest.ln().abs();
    let tolerance = if size < SMALL_SPLIT { SMALL_TOLERANCE } else { TOLERANCE };
    (miss(nearest).ln() <= tolerance && size > close.bound).then_some(Split { factor: nearest, date: None })
}

/// Returns one warning per symbol and split, each with a repair that converts the positions.
pub(super) fn warnings(compared: &[Compared]) -> Vec<FileWarning> {
    let mut groups: Vec<Vec<&Compared>> = Vec::new();
    let mut indexes: BTreeMap<(&str, u64), usize> = BTreeMap::new();
    for item in compared {
        let Difference::Split { split, .. } = &item.kind else { continue };
        let next = indexes.len().min(MAX_WARNINGS - 1);
        let index = *indexes.entry((item.symbol, split.factor.to_bits())).or_insert(next);
        match groups.get_mut(index) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups.iter().filter_map(|group| warning(group)).collect()
}

fn warning(group: &[&Compared]) -> Option<FileWarning> {
    let first = group.first()?;
    let Difference::Split { split, price, close, .. } = &first.kind else { return None };
    let symbol = first.symbol;
    let others = match group.len() - 1 {
        0 => String::new(),
        others => format!(" So {} affected.", words::counted(others, "other position is", "other positions are")),
    };
    let message = format!(
        "You entered {symbol} at {}; that day's close, in today's shares, was {}. {}{others}",
        words::dollars(*price),
        words::dollars(close.price),
        history(symbol, split)
    );
    Some(FileWarning {
        code: WarningCode::SplitSuspected,
        rows: group.iter().filter_map(|item| first_row(item.position)).collect(),
        column: None,
        message,
        repair: repair(group),
    })
}

/// Says how a symbol split, as far as it is known.
fn history(symbol: &str, split: &Split) -> String {
    let ratio = ratio(split.factor);
    match split.date {
        Some(date) => format!("{symbol} split {ratio} on {}.", words::day(date)),
        None => format!("{symbol} seems to have split {ratio} since."),
    }
}

/// Returns a split in words, such as "4 for 1" or "1 for 8".
fn ratio(factor: f64) -> String {
    let find =
        |factor: f64| USUAL.iter().find(|(new, old)| (f64::from(*new) / f64::from(*old) / factor - 1.0).abs() < 1e-6);
    match (find(factor), find(1.0 / factor)) {
        (Some((new, old)), _) => format!("{new} for {old}"),
        (_, Some((new, old))) => format!("{old} for {new}"),
        _ if factor < 1.0 => format!("1 for {}", words::number(1.0 / factor)),
        _ => format!("{} for 1", words::number(factor)),
    }
}

/// Returns the repair that converts all positions of a group, or `None` if an exit has to be looked
/// at by a person.
fn repair(group: &[&Compared]) -> Option<Repair> {
    let mut reading = Reading::default();
    for item in group {
        let Difference::Split { split, repair, .. } = &item.kind else { return None };
        reading.split_factors.insert(first_row(item.position)?, split.factor);
        match repair {
            SplitRepair::Entry => {}
            SplitRepair::EntryAndExit(price) => {
                let edit = RowEdit { exit_price: Some(*price), ..RowEdit::default() };
                reading.edits.insert(*item.position.rows.last()?, edit);
            }
            SplitRepair::ByHand => return None,
        }
    }
    let label = match group {
        [only] => {
            let Difference::Split { split, price, .. } = &only.kind else { return None };
            let quantity = words::number(only.position.quantity * split.factor);
            format!("Convert to {quantity} shares at {}", words::dollars(price / split.factor))
        }
        several => format!("Convert {} to today's shares", words::counted(several.len(), "position", "positions")),
    };
    Some(Repair { label, reading })
}
