use super::*;
use proptest::prelude::*;

/// Generates `n` daily returns that alternate between plus and minus `size`.
fn alternating(size: f64, n: usize) -> Vec<f64> {
    (0..n).map(|t| if t % 2 == 0 { size } else { -size }).collect()
}

/// Generates 21 daily returns of magnitude `earlier`, then 21 of magnitude `today`.
fn two_months(earlier: f64, today: f64) -> Vec<f64> {
    [alternating(earlier, 21), alternating(today, 21)].concat()
}

#[test]
fn uses_last_returns_for_realized_volatility() {
    // The last two returns are 0.01 and 0.03: the mean is 0.02 and the deviations are ±0.01, so the
    // sample variance is 2e-4.
    let volatility = realized_volatility(&[9.0, 0.01, 0.03], 2).unwrap();
    assert!((volatility - (252.0 * 2e-4_f64).sqrt()).abs() < 1e-12, "{volatility}");
}

#[test]
fn omits_volatility_when_window_exceeds_series() {
    assert_eq!(realized_volatility(&[0.01, 0.03], 3), None);
}

#[test]
fn computes_one_rolling_volatility_per_window() {
    assert_eq!(rolling_volatility(&[0.01, 0.02, 0.05], 2).len(), 2);
}

#[test]
fn ranks_highest_volatility_of_year_at_one() {
    let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r * t as f64).collect();
    assert_eq!(volatility_percentile(&returns), Some(1.0));
}

#[test]
fn includes_lowest_volatility_in_its_own_rank() {
    let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r / (t + 1) as f64).collect();
    assert_eq!(volatility_percentile(&returns), Some(1.0 / 252.0));
}

#[test]
fn requires_full_year_for_percentile() {
    assert_eq!(volatility_percentile(&alternating(0.01, 271)), None);
}

#[test]
fn requires_two_separate_months_for_trend() {
    assert_eq!(volatility_trend(&alternating(0.01, 41)), None);
}

#[test]
fn reports_rising_trend_above_ten_percent() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0111)), Some(Trend::Rising));
}

#[test]
fn reports_falling_trend_below_ten_percent() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0089)), Some(Trend::Falling));
}

#[test]
fn reports_stable_trend_within_ten_percent() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0109)), Some(Trend::Stable));
}

#[test]
fn omits_trend_after_month_without_movement() {
    assert_eq!(volatility_trend(&two_months(0.0, 0.01)), None);
}

/// Generates daily returns of only 0, 0.01 and -0.01, so that many windows have the same volatility
/// as today's window.
fn tied() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop::sample::select(vec![0.0, 0.01, -0.01]), 272..300)
}

proptest! {
    #[test]
    fn ranks_percentile_among_exact_volatilities(
        returns in prop_oneof![tied(), prop::collection::vec(-0.1..0.1f64, 272..300)],
    ) {
        let rolling = rolling_volatility(&returns, ROLLING_WINDOW);
        let ranked = &rolling[rolling.len() - PERCENTILE_WINDOW..];
        let law = ranked.iter().filter(|v| *v <= ranked.last().unwrap()).count() as f64 / 252.0;
        prop_assert_eq!(volatility_percentile(&returns), Some(law));
    }

    #[test]
    fn ends_rolling_volatility_at_realized_volatility(
        returns in prop::collection::vec(-0.1..0.1f64, 21..60),
    ) {
        let rolling = rolling_volatility(&returns, 21);
        prop_assert_eq!(rolling.last().copied(), realized_volatility(&returns, 21));
    }
}

#[test]
fn computes_volatility_as_of_each_row() {
    // Row 1 has no return. With a window of 3 and a minimum of 2, rows 0 to 3 have the volatility
    // of the first two returns, and the last rows that of their last three.
    let moves = [None, None, Some(0.01), Some(0.03), Some(-0.02), None, Some(0.05)];
    let returns = Returns::from_rows(moves);
    let of = |values: &[f64]| annualized_volatility(values).unwrap();
    let (two, three, last) = (of(&[0.01, 0.03]), of(&[0.01, 0.03, -0.02]), of(&[0.03, -0.02, 0.05]));
    assert_eq!(volatility_by_row(&returns, 7, 3, 2).unwrap(), [two, two, two, two, three, three, last]);
}

#[test]
fn has_no_volatility_by_row_of_short_series() {
    let returns = Returns::from_rows([Some(0.01), Some(0.03)]);
    assert_eq!((volatility_by_row(&returns, 2, 63, 3), volatility_by_row(&returns, 2, 63, 1)), (None, None));
}

proptest! {
    #[test]
    fn ignores_returns_after_the_row(moves in prop::collection::vec(prop::option::weighted(0.9, -0.1..0.1f64), 40..90)) {
        let by_row = |rows: usize| volatility_by_row(&Returns::from_rows(moves[..rows].iter().copied()), rows, 63, 21);
        let whole = by_row(moves.len()).unwrap_or_default();
        for row in 0..whole.len() {
            // Before there are enough returns, a row has the volatility of a later one.
            if let Some(cut) = by_row(row + 1) {
                prop_assert_eq!(whole[row], cut[row]);
            }
        }
    }
}
