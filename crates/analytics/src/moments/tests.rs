use super::*;
use proptest::prelude::*;

fn close(ours: Option<f64>, reference: f64) {
    let ours = ours.unwrap();
    assert!((ours - reference).abs() <= 1e-12 + 1e-9 * reference.abs(), "{ours} {reference}");
}

#[test]
fn a_sample_variance_divides_by_n_minus_one() {
    // Mean 3, deviations -2, -1, 3.
    close(variance(&[1.0, 2.0, 6.0], Ddof::Sample), 7.0);
}

#[test]
fn a_population_variance_divides_by_n() {
    close(variance(&[1.0, 2.0, 6.0], Ddof::Population), 14.0 / 3.0);
}

#[test]
fn one_value_has_no_sample_variance() {
    assert_eq!(variance(&[1.0], Ddof::Sample), None);
}

#[test]
fn skewness_is_bias_corrected() {
    // Σd² = 14, Σd³ = -8 - 1 + 27 = 18, n√(n-1)/(n-2) = 3√2.
    close(skewness(&[1.0, 2.0, 6.0]), 3.0 * 2f64.sqrt() * 18.0 / 14f64.powf(1.5));
}

#[test]
fn kurtosis_is_bias_corrected_and_excess() {
    // Deviations -3, -2, -1, 6: Σd² = 50, Σd⁴ = 1394, n = 4.
    close(excess_kurtosis(&[1.0, 2.0, 3.0, 10.0]), 60.0 * 1394.0 / (2.0 * 2500.0) - 13.5);
}

#[test]
fn sharpe_divides_the_mean_by_the_sample_deviation() {
    // Mean 0.03, variance 7e-4.
    close(sharpe(&[0.01, 0.02, 0.06]), 0.03 / 7e-4f64.sqrt() * 252f64.sqrt());
}

#[test]
fn sortino_divides_the_losses_by_all_returns() {
    // Mean 0.01, downside √(0.03²/3).
    close(sortino(&[0.04, -0.03, 0.02]), 0.01 / (0.03 / 3f64.sqrt()) * 252f64.sqrt());
}

#[test]
fn a_series_without_losses_has_no_sortino() {
    assert_eq!(sortino(&[0.01, 0.02]), None);
}

#[test]
fn a_constant_series_has_no_sharpe_and_no_skewness() {
    let constant = [0.1; 7];
    assert_eq!((sharpe(&constant), skewness(&constant)), (None, None));
}

#[test]
fn nothing_comes_of_an_empty_or_infinite_series() {
    assert_eq!((mean(&[]), sortino(&[]), mean(&[f64::INFINITY])), (None, None, None));
}

proptest! {
    #[test]
    fn volatility_scales_with_the_returns(
        x in prop::collection::vec(-0.1..0.1f64, 2..50), scale in 0.1..10.0f64,
    ) {
        let scaled: Vec<f64> = x.iter().map(|r| r * scale).collect();
        let (ours, law) = (annualised_volatility(&scaled), annualised_volatility(&x));
        prop_assert!((ours.unwrap() - law.unwrap() * scale).abs() < 1e-12 * scale.max(1.0));
    }

    #[test]
    fn skewness_ignores_scale_and_shift(x in prop::collection::vec(-1.0..1.0f64, 5..50)) {
        let moved: Vec<f64> = x.iter().map(|v| v * 4.0 + 1.0).collect();
        let (ours, law) = (skewness(&moved).unwrap(), skewness(&x).unwrap());
        prop_assert!((ours - law).abs() < 1e-9);
    }
}
