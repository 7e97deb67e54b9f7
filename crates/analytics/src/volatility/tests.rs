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
