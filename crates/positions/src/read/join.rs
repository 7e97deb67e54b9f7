//! Joins holdings with the trades of the same file, so that no share is counted twice.

use std::collections::{BTreeMap, HashMap};

use super::state::State;
use crate::{
    content::{DraftPosition, LeftOutReason},
    history::History,
};

/// Largest relative difference between a holding and the sum of its lots.
const TOLERANCE: f64 = 1e-6;

/// Gives the lots of a history to the holdings without a date. Lots of holdings that have a date
/// are left out, because they are the same shares; positions that were closed are kept.
pub(super) fn join(holdings: Vec<DraftPosition>, history: History, state: &mut State) -> Vec<DraftPosition> {
    let (closed, open): (Vec<_>, Vec<_>) = history.positions.into_iter().partition(|lot| lot.exit_date.is_some());
    let mut lots: HashMap<String, Vec<DraftPosition>> = HashMap::new();
    for lot in open {
        lots.entry(key(&lot)).or_default().push(lot);
    }
    let mut undated: BTreeMap<String, Vec<DraftPosition>> = BTreeMap::new();
    let mut positions = Vec::new();
    for holding in holdings {
        if holding.entry_date.is_some() || holding.quantity == 0.0 {
            positions.push(holding);
        } else {
            undated.entry(key(&holding)).or_default().push(holding);
        }
    }
    let mut used: Vec<u64> = closed.iter().flat_map(|position| position.rows.clone()).collect();
    let mut repeated = Vec::new();
    for (key, holdings) in undated {
        let lots = lots.remove(&key).unwrap_or_default();
        let joined = dated(holdings, &lots);
        used.extend(joined.iter().flat_map(|position| position.rows.iter().copied()));
        repeated.extend(lots);
        positions.extend(joined);
    }
    let known: Vec<String> = positions.iter().map(key).collect();
    for (key, lots) in lots {
        let why = if known.contains(&key) { LeftOutReason::Repeated } else { LeftOutReason::NotHeld };
        for row in lots.iter().flat_map(|lot| &lot.rows).filter(|row| !used.contains(row)) {
            state.leave_out(*row, why);
        }
    }
    for row in repeated.iter().flat_map(|lot| &lot.rows).filter(|row| !used.contains(row)) {
        state.leave_out(*row, LeftOutReason::Repeated);
    }
    positions.sort_by_key(|position| position.rows.first().copied());
    positions.extend(closed);
    positions
}

/// Replaces the holdings of one security by its lots, as far as these explain them.
fn dated(holdings: Vec<DraftPosition>, lots: &[DraftPosition]) -> Vec<DraftPosition> {
    let held: f64 = holdings.iter().map(|holding| holding.quantity).sum();
    let bought: f64 = lots.iter().map(|lot| lot.quantity).sum();
    let tolerance = TOLERANCE * held.abs().max(1.0);
    let is_explained = bought * held > 0.0 && bought.abs() <= held.abs() + tolerance;
    if !is_explained {
        return holdings;
    }
    let rows: Vec<u64> = holdings.iter().flat_map(|holding| holding.rows.iter().copied()).collect();
    let with_rows = |lot: &DraftPosition| DraftPosition {
        rows: rows.iter().chain(&lot.rows).copied().collect(),
        isin: lot.isin.clone().or_else(|| holdings.first().and_then(|holding| holding.isin.clone())),
        ..lot.clone()
    };
    let mut positions: Vec<DraftPosition> = lots.iter().map(with_rows).collect();
    let rest = held - bought;
    if rest.abs() > tolerance
        && let Some(first) = holdings.first()
    {
        // The average price of the whole holding is not that of the shares bought earlier.
        positions.push(DraftPosition { rows, quantity: rest, entry_price: None, ..first.clone() });
    }
    positions
}

/// Identifies the security of a position.
fn key(position: &DraftPosition) -> String {
    position.symbol.clone().or_else(|| position.isin.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::content::DraftClass;

    fn draft(rows: &[u64], quantity: f64, year: Option<i32>) -> DraftPosition {
        DraftPosition {
            rows: rows.to_vec(),
            symbol: Some("KO".to_owned()),
            isin: None,
            price_currency: None,
            quantity,
            entry_price: year.map(|_| 50.0),
            entry_date: year.and_then(|year| NaiveDate::from_ymd_opt(year, 3, 1)),
            exit_date: None,
            exit_price: None,
            class: DraftClass::Public,
            option: None,
            subtype: None,
        }
    }

    #[test]
    fn explains_holding_by_its_lots() {
        let lots = [draft(&[10], 60.0, Some(2021)), draft(&[9], 40.0, Some(2022))];
        let rows = |positions: Vec<DraftPosition>| -> Vec<(Vec<u64>, f64)> {
            positions.into_iter().map(|position| (position.rows, position.quantity)).collect()
        };
        assert_eq!(rows(dated(vec![draft(&[2], 100.0, None)], &lots)), [(vec![2, 10], 60.0), (vec![2, 9], 40.0)]);
        assert_eq!(
            rows(dated(vec![draft(&[2], 130.0, None)], &lots)),
            [(vec![2, 10], 60.0), (vec![2, 9], 40.0), (vec![2], 30.0)]
        );
        assert_eq!(rows(dated(vec![draft(&[2], 70.0, None)], &lots)), [(vec![2], 70.0)]);
    }
}
