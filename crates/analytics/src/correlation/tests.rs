use super::*;
use crate::interrupt::tests::assert_stops_at_every_check;

use proptest::prelude::*;

fn all(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// Returns a series of `n` rows that has values only on the rows in `rows`.
fn on_rows(n: usize, rows: std::ops::Range<usize>) -> Vec<Option<f64>> {
    (0..n).map(|t| rows.contains(&t).then_some((t * t % 7) as f64)).collect()
}

#[test]
fn divides_products_by_both_spreads() {
    // The deviations from the mean are (-1, 0, 1) and (-1, -2, 3), so the correlation is 4 /
    // √(2·14).
    let ours = pearson(&all(&[1.0, 2.0, 3.0]), &all(&[1.0, 0.0, 5.0]), 2).unwrap();
    assert!((ours - 4.0 / 28f64.sqrt()).abs() < 1e-15, "{ours}");
}

#[test]
fn measures_pair_on_common_rows() {
    let (x, y) = ([Some(1.0), Some(2.0), None, Some(9.0)], [Some(2.0), Some(4.0), Some(5.0), None]);
    assert!((pearson(&x, &y, 2).unwrap() - 1.0).abs() < 1e-15);
}

#[test]
fn uses_only_last_rows_of_window() {
    let (x, y) = (all(&[9.0, 1.0, 2.0]), all(&[-9.0, 1.0, 2.0]));
    let ours = correlation_matrix(&[x, y], 2, 2, Interrupt::NEVER).unwrap();
    assert!((ours.matrix[0][1] - 1.0).abs() < 1e-15);
}

#[test]
fn drops_short_series_and_reports_its_rows() {
    let ours = correlation_matrix(&[on_rows(6, 0..2), on_rows(6, 0..6)], 6, 3, Interrupt::NEVER).unwrap();
    let reason = Reason::TooFewRows { have: 2, need: 3 };
    assert_eq!((ours.dropped, ours.kept), (vec![Dropped { index: 0, reason }], vec![1]));
}

#[test]
fn drops_constant_series() {
    let ours = correlation_matrix(&[all(&[0.1; 4]), on_rows(4, 0..4)], 4, 3, Interrupt::NEVER).unwrap();
    assert_eq!(ours.dropped, [Dropped { index: 0, reason: Reason::ZeroVariance }]);
}

#[test]
fn drops_series_with_most_unusable_pairs_first() {
    // The first and the third series have six rows in common. The second series has only two rows
    // in common with each of them, which is below the minimum of three.
    let series = [on_rows(10, 4..10), on_rows(10, 0..6), on_rows(10, 4..10)];
    let ours = correlation_matrix(&series, 10, 3, Interrupt::NEVER).unwrap();
    let reason = Reason::TooFewRows { have: 2, need: 3 };
    assert_eq!((ours.dropped, ours.kept), (vec![Dropped { index: 1, reason }], vec![0, 2]));
}

#[test]
fn drops_series_with_fewest_rows_at_tie() {
    let ours = correlation_matrix(&[on_rows(10, 6..10), on_rows(10, 0..8)], 10, 3, Interrupt::NEVER).unwrap();
    assert_eq!(ours.kept, [1]);
}

#[test]
fn drops_later_series_at_full_tie() {
    let ours = correlation_matrix(&[on_rows(8, 0..4), on_rows(8, 4..8)], 8, 3, Interrupt::NEVER).unwrap();
    assert_eq!(ours.kept, [0]);
}

#[test]
fn rejects_series_of_different_lengths() {
    let ours = correlation_matrix(&[all(&[1.0, 2.0]), all(&[1.0])], 2, 2, Interrupt::NEVER);
    assert_eq!(ours, Err(Reason::ShapeMismatch));
}

/// Returns `count` series of 90 rows. Every other series, beginning with the first, has values only
/// in the first half of the rows; the rest have values only in the second half. Two series from
/// different halves have no common rows and cannot be correlated.
fn two_halves(count: usize) -> Vec<Vec<Option<f64>>> {
    (0..count).map(|at| on_rows(90, if at % 2 == 0 { 0..45 } else { 45..90 })).collect()
}

#[test]
fn drops_later_half_last_series_first() {
    let ours = correlation_matrix(&two_halves(400), WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
    let reason = Reason::TooFewRows { have: 0, need: 30 };
    let later_half: Vec<Dropped> = (0..200).rev().map(|at| Dropped { index: 2 * at + 1, reason }).collect();
    assert_eq!((ours.dropped, ours.matrix.len()), (later_half, 200));
}

#[test]
fn checks_interrupt_before_each_series_and_drop() {
    let series = two_halves(20);
    let checks =
        assert_stops_at_every_check(|interrupt| correlation_matrix(&series, WINDOW, MIN_COMMON_ROWS, interrupt));
    assert_eq!(checks, 20 + 10);
}

fn three_series() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    let value = prop::option::weighted(0.85, -0.1..0.1f64);
    prop::collection::vec(prop::collection::vec(value, 90), 3)
}

proptest! {
    #[test]
    fn returns_symmetric_matrix_with_unit_diagonal(series in three_series()) {
        let ours = correlation_matrix(&series, WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        for (i, row) in ours.matrix.iter().enumerate() {
            prop_assert_eq!(row[i], 1.0);
            for (j, value) in row.iter().enumerate() {
                prop_assert_eq!(*value, ours.matrix[j][i]);
            }
        }
    }

    #[test]
    fn permutes_matrix_with_series_order(series in three_series()) {
        let ours = correlation_matrix(&series, WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        let reversed: Vec<_> = series.into_iter().rev().collect();
        let theirs = correlation_matrix(&reversed, WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        prop_assert_eq!(ours.matrix[0][1], theirs.matrix[2][1]);
    }

    #[test]
    fn correlates_pair_regardless_of_other_series(series in three_series()) {
        let among = correlation_matrix(&series, WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        let alone = correlation_matrix(&series[..2], WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        prop_assert_eq!(among.matrix[0][1], alone.matrix[0][1]);
    }

    #[test]
    fn matches_pearson_for_series_without_gaps(
        series in prop::collection::vec(prop::collection::vec((-0.1..0.1f64).prop_map(Some), 90), 2..9),
    ) {
        let among = correlation_matrix(&series, WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        let alone = correlation_matrix(&series[..2], WINDOW, MIN_COMMON_ROWS, Interrupt::NEVER).unwrap();
        let law = pearson(&series[0], &series[1], MIN_COMMON_ROWS).unwrap();
        prop_assert!((among.matrix[0][1] - law).abs() < 1e-14 && (alone.matrix[0][1] - law).abs() < 1e-14);
    }

    #[test]
    fn keeps_correlation_magnitude_under_scale_and_shift(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 30..60),
    ) {
        let x: Vec<_> = rows.iter().map(|(x, _)| Some(*x)).collect();
        let y: Vec<_> = rows.iter().map(|(_, y)| Some(*y)).collect();
        let moved: Vec<_> = rows.iter().map(|(x, _)| Some(-4.0 * x + 1.0)).collect();
        let (ours, law) = (pearson(&moved, &y, 30).unwrap(), pearson(&x, &y, 30).unwrap());
        prop_assert!((ours + law).abs() < 1e-12);
    }
}
