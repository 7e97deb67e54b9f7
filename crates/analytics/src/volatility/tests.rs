use super::*;
use proptest::prelude::*;

/// `n` returns that alternate between plus and minus `size`.
fn alternating(size: f64, n: usize) -> Vec<f64> {
    (0..n).map(|t| if t % 2 == 0 { size } else { -size }).collect()
}

/// 21 returns of one size, then 21 of another.
fn two_months(earlier: f64, today: f64) -> Vec<f64> {
    [alternating(earlier, 21), alternating(today, 21)].concat()
}

#[test]
fn realised_volatility_takes_the_last_returns_only() {
    // Mean 0.02, deviations ±0.01: variance 2e-4.
    let volatility = realised_volatility(&[9.0, 0.01, 0.03], 2).unwrap();
    assert!((volatility - (252.0 * 2e-4_f64).sqrt()).abs() < 1e-12, "{volatility}");
}

#[test]
fn a_window_longer_than_the_series_has_no_volatility() {
    assert_eq!(realised_volatility(&[0.01, 0.03], 3), None);
}

#[test]
fn rolling_volatility_has_one_value_a_full_window() {
    assert_eq!(rolling_volatility(&[0.01, 0.02, 0.05], 2).len(), 2);
}

#[test]
fn the_highest_volatility_of_the_year_is_at_one() {
    let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r * t as f64).collect();
    assert_eq!(volatility_percentile(&returns), Some(1.0));
}

#[test]
fn the_lowest_volatility_of_the_year_counts_itself() {
    let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r / (t + 1) as f64).collect();
    assert_eq!(volatility_percentile(&returns), Some(1.0 / 252.0));
}

#[test]
fn a_percentile_needs_a_full_year_of_rolling_volatilities() {
    assert_eq!(volatility_percentile(&alternating(0.01, 271)), None);
}

#[test]
fn a_trend_needs_two_separate_months() {
    assert_eq!(volatility_trend(&alternating(0.01, 41)), None);
}

#[test]
fn volatility_eleven_percent_up_is_rising() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0111)), Some(Trend::Rising));
}

#[test]
fn volatility_eleven_percent_down_is_falling() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0089)), Some(Trend::Falling));
}

#[test]
fn volatility_nine_percent_up_is_stable() {
    assert_eq!(volatility_trend(&two_months(0.01, 0.0109)), Some(Trend::Stable));
}

#[test]
fn a_month_without_movement_has_no_trend() {
    assert_eq!(volatility_trend(&two_months(0.0, 0.01)), None);
}

/// Few sizes, so that many windows tie with today's.
fn tied() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop::sample::select(vec![0.0, 0.01, -0.01]), 272..300)
}

proptest! {
    #[test]
    fn the_percentile_is_the_rank_among_the_exact_volatilities(
        returns in prop_oneof![tied(), prop::collection::vec(-0.1..0.1f64, 272..300)],
    ) {
        let rolling = rolling_volatility(&returns, ROLLING_WINDOW);
        let ranked = &rolling[rolling.len() - PERCENTILE_WINDOW..];
        let law = ranked.iter().filter(|v| *v <= ranked.last().unwrap()).count() as f64 / 252.0;
        prop_assert_eq!(volatility_percentile(&returns), Some(law));
    }

    #[test]
    fn the_last_rolling_value_is_todays_volatility(
        returns in prop::collection::vec(-0.1..0.1f64, 21..60),
    ) {
        let rolling = rolling_volatility(&returns, 21);
        prop_assert_eq!(rolling.last().copied(), realised_volatility(&returns, 21));
    }
}
