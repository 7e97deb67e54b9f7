//! Finds positions that repeat the symbol, the entry date and the exit of an earlier row.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
};

use chrono::NaiveDate;

use super::{Findings, changes::first_row, column_name, problem, repairs::leave_out_rows};
use crate::{
    content::{DraftPosition, FileContent, FileKind, MAX_OCCURRENCES, Repair},
    problem::ProblemCode,
    reading::{Field, Reading, RowEdit},
};

/// The values that two positions of the same lot share. Parts of one lot that were sold on
/// different days or at different prices differ.
#[derive(PartialEq, Eq, Hash)]
struct Lot<'a> {
    symbol: &'a str,
    entry_date: NaiveDate,
    exit_date: Option<NaiveDate>,
    exit_price: Option<u64>,
}

/// Adds a problem for each position that repeats an earlier one. The lots of a history are separate
/// trades, so they are not compared.
pub(super) fn check(content: &FileContent, findings: &mut Findings) {
    if content.kind == FileKind::Transactions {
        return;
    }
    let mut lots: HashMap<Lot, Vec<&DraftPosition>> = HashMap::with_capacity(content.positions.len());
    let mut repeated = 0;
    for position in &content.positions {
        let Some(lot) = lot(position) else { continue };
        let earlier = lots.entry(lot).or_default();
        if let Some(first) = earlier.first() {
            repeated += 1;
            let message = match first_row(first) {
                Some(row) => format!("Same symbol and date as line {row}. Merge them, or fix the date."),
                None => "Same symbol and date as an earlier line. Merge them, or fix the date.".to_owned(),
            };
            let code = ProblemCode::DuplicatePosition;
            findings.push(problem(code, first_row(position), Field::Symbol, &content.reading, message));
        }
        earlier.push(position);
    }
    if repeated == 0 || repeated > MAX_OCCURRENCES {
        return;
    }
    let groups: BTreeMap<Option<u64>, Vec<&DraftPosition>> =
        lots.into_values().filter(|lot| lot.len() > 1).map(|lot| (first_row(lot[0]), lot)).collect();
    offer_repairs(&groups.into_values().collect::<Vec<_>>(), content, findings);
}

fn lot(position: &DraftPosition) -> Option<Lot<'_>> {
    Some(Lot {
        symbol: position.symbol.as_deref()?,
        entry_date: position.entry_date?,
        exit_date: position.exit_date,
        exit_price: position.exit_price.map(f64::to_bits),
    })
}

/// Offers to merge the rows and to leave out the later ones. Identical rows of a file that no
/// broker wrote are more likely copied by mistake, so leaving them out comes first there.
fn offer_repairs(groups: &[Vec<&DraftPosition>], content: &FileContent, findings: &mut Findings) {
    let column = column_name(&content.reading, Field::Symbol);
    let later_rows = || groups.iter().flat_map(|group| group[1..].iter().filter_map(|position| first_row(position)));
    let merge = merge(groups, &content.reading, later_rows().collect());
    let leave_out = leave_out_rows(later_rows().collect(), content);
    let are_copies = content.layout.is_none()
        && groups.iter().all(|group| group.iter().all(|position| has_same_values(group[0], position)));
    let ordered = if are_copies { [leave_out, merge] } else { [merge, leave_out] };
    for repair in ordered.into_iter().flatten() {
        findings.offer(ProblemCode::DuplicatePosition, Some(&column), repair);
    }
}

#[expect(clippy::float_cmp, reason = "copies have the same digits")]
fn has_same_values(one: &DraftPosition, other: &DraftPosition) -> bool {
    one.quantity == other.quantity && one.entry_price == other.entry_price
}

/// Returns the repair that gives the first row of each group the sum of the quantities and the
/// average price. Returns `None` if a group cannot be merged so.
fn merge(groups: &[Vec<&DraftPosition>], reading: &Reading, left_out: BTreeSet<u64>) -> Option<Repair> {
    let edits = groups.iter().map(|group| merged(group, reading)).collect::<Option<BTreeMap<_, _>>>()?;
    Some(Repair {
        label: if groups.len() == 1 { "Merge the rows" } else { "Merge the rows of each position" }.to_owned(),
        reading: Reading { edits, left_out, ..Reading::default() },
    })
}

fn merged(group: &[&DraftPosition], reading: &Reading) -> Option<(u64, RowEdit)> {
    let first = group.first()?;
    let is_long = first.quantity > 0.0;
    let is_mergeable = |position: &&DraftPosition| {
        (position.quantity > 0.0) == is_long
            && position.price_currency.is_none()
            && position.option == first.option
            && position.class == first.class
            && position.entry_price.is_some() == first.entry_price.is_some()
            // An edit replaces the value in the file, before a split is applied to it.
            && first_row(position).is_some_and(|row| !reading.split_factors.contains_key(&row))
    };
    if !group.iter().all(is_mergeable) {
        return None;
    }
    let quantity: f64 = group.iter().map(|position| position.quantity).sum();
    let cost: Option<f64> = group.iter().map(|position| Some(position.entry_price? * position.quantity)).sum();
    let edit =
        RowEdit { quantity: Some(quantity), entry_price: cost.map(|cost| cost / quantity), ..RowEdit::default() };
    Some((first_row(first)?, edit))
}
