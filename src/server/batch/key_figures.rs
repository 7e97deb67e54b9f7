//! The key figures of a run, for the list *Your portfolios*: value, return and equity curve. They
//! are computed once, when phase 4 ends, so that the list need not read the snapshots of every
//! portfolio.

use status::Phase;

use super::{Outputs, model::panel::MarketPanel, phases::snapshots::Snapshot};
use crate::server::{findings::sample::spread, store::KeyFigures};

/// Maximum number of points of the equity curve.
const CURVE_POINTS: usize = 64;

/// Returns the key figures if the phase has created the snapshots, and there are any.
pub(super) fn of_phase(phase: Phase, out: &Outputs) -> Option<KeyFigures> {
    if phase != Phase::Snapshots {
        return None;
    }
    let days = &out.snapshots.as_ref()?.days;
    let last = days.last()?;
    let total_return = total_return(days);
    Some(KeyFigures {
        as_of: last.date,
        value: last.equity,
        total_return,
        since: total_return.and_then(|_| base_date(days, out.market.as_ref()?)),
        // Cents are more than a picture can show.
        curve: spread(days.len(), CURVE_POINTS)
            .into_iter()
            .map(|index| (days[index].equity * 100.0).round() / 100.0)
            .collect(),
    })
}

/// Returns the time-weighted return over all snapshots, or `None` if it is unknown.
pub fn total_return(days: &[Snapshot]) -> Option<f64> {
    // The first snapshot may lack a return, because no day precedes it. If the return of a later
    // day is missing, the total return is unknown.
    let returns: Option<Vec<f64>> = days
        .iter()
        .enumerate()
        .filter(|(index, day)| *index > 0 || day.daily_return.is_some())
        .map(|(_, day)| day.daily_return)
        .collect();
    returns.and_then(|returns| analytics::returns::compound(&returns))
}

/// Returns the day at whose close the first return begins: the first snapshot, or the trading day
/// before it if that snapshot has a return.
fn base_date(days: &[Snapshot], market: &MarketPanel) -> Option<chrono::NaiveDate> {
    let first = days.first()?;
    if first.daily_return.is_none() {
        return Some(first.date);
    }
    market.day_before(first.date)
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};

    use super::*;
    use crate::server::batch::phases::snapshots::Snapshots;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2022, 1, 3).unwrap() + Days::new(number)
    }

    /// Returns the outputs of a run whose calendar starts a day before its snapshots.
    fn outputs(days: &[(f64, Option<f64>)]) -> Outputs {
        let snapshot = |(number, (equity, daily_return)): (u64, &(f64, Option<f64>))| Snapshot {
            date: day(number + 1),
            equity: *equity,
            cash: 0.0,
            long_value: *equity,
            short_value: 0.0,
            gross: *equity,
            net: *equity,
            pnl: None,
            daily_return: *daily_return,
            drawdown: None,
            income: None,
            benchmark_return: None,
        };
        let calendar = (0..=days.len() as u64).map(day).collect();
        let days = (0..).zip(days).map(snapshot).collect();
        Outputs {
            market: Some(MarketPanel { calendar, ..MarketPanel::default() }),
            snapshots: Some(Snapshots { days, ..Snapshots::default() }),
            ..Outputs::default()
        }
    }

    fn figures(days: &[(f64, Option<f64>)]) -> Option<KeyFigures> {
        of_phase(Phase::Snapshots, &outputs(days))
    }

    #[test]
    fn measures_return_from_first_snapshot_without_one() {
        let found = figures(&[(100.0, None), (110.0, Some(0.1)), (99.0, Some(-0.1))]).unwrap();
        assert_eq!((found.as_of, found.value, found.since), (day(3), 99.0, Some(day(1))));
        assert!((found.total_return.unwrap() + 0.01).abs() < 1e-12);
        assert_eq!(found.curve, [100.0, 110.0, 99.0]);
    }

    #[test]
    fn measures_return_from_day_before_first_snapshot() {
        let found = figures(&[(110.0, Some(0.1)), (121.0, Some(0.1))]).unwrap();
        assert_eq!(found.since, Some(day(0)));
    }

    #[test]
    fn omits_return_after_equity_was_lost() {
        let found = figures(&[(100.0, None), (-5.0, Some(-1.05)), (-6.0, None)]).unwrap();
        assert_eq!((found.total_return, found.since, found.value), (None, None, -6.0));
    }

    #[test]
    fn reduces_curve_to_sixty_four_points() {
        let days: Vec<_> = (0..254).map(|number| (f64::from(number), None)).collect();
        let curve = figures(&days).unwrap().curve;
        assert_eq!((curve.len(), curve[0], curve[63]), (64, 0.0, 253.0));
    }

    #[test]
    fn has_key_figures_only_with_snapshots() {
        assert_eq!(figures(&[]), None);
        assert_eq!(of_phase(Phase::MarketData, &outputs(&[(1.0, None)])), None);
    }
}
