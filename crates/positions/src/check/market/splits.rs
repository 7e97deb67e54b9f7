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

/// The factors of usual splits. Reverse splits are the inverses of the whole ones.
const WHOLE: [f64; 14] = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0];
const THREE_FOR_TWO: f64 = 1.5;

/// A price that differs from the close times the factor by a smaller logarithm fits the split: the
/// prices of one day are within a few percent.
const TOLERANCE: f64 = 0.03;

/// The tolerance of three for two, which ordinary moves come close to.
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
    /// Whether only the price suggests it.
    pub is_guess: bool,
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
            return Some(Split { factor, date, is_guess: false });
        }
        known.pop();
    }
    guessed_factor(price / close.price, close.bound).map(|factor| Split { factor, date: None, is_guess: true })
}

/// Returns the usual factor that a ratio of prices fits closely. It is larger than what could be
/// traded that day.
fn guessed_factor(ratio: f64, bound: f64) -> Option<f64> {
    let miss = |factor: f64| (ratio / factor).ln().abs();
    let factors = WHOLE.into_iter().flat_map(|factor| [factor, 1.0 / factor]).chain([THREE_FOR_TWO]);
    let nearest = factors.min_by(|one, other| miss(*one).total_cmp(&miss(*other)))?;
    let tolerance = if nearest == THREE_FOR_TWO { SMALL_TOLERANCE } else { TOLERANCE };
    (miss(nearest) <= tolerance && nearest.ln().abs() > bound).then_some(nearest)
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
    if factor == THREE_FOR_TWO {
        "3 for 2".to_owned()
    } else if factor < 1.0 {
        format!("1 for {}", words::number(1.0 / factor))
    } else {
        format!("{} for 1", words::number(factor))
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
