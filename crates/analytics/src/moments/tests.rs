use super::*;
use proptest::prelude::*;

fn close(ours: Option<f64>, reference: f64) {
    let ours = ours.unwrap();
    assert!((ours - reference).abs() <= 1e-12 + 1e-9 * reference.abs(), "{ours} {reference}");
}

#[test]
fn divides_sample_variance_by_n_minus_one() {
    // The values 1, 2 and 6 have the mean 3 and the deviations -2, -1 and 3.
    close(variance(&[1.0, 2.0, 6.0], Ddof::Sample), 7.0);
}

#[test]
fn divides_population_variance_by_n() {
    close(variance(&[1.0, 2.0, 6.0], Ddof::Population), 14.0 / 3.0);
}

#[test]
fn omits_sample_variance_of_one_value() {
    assert_eq!(variance(&[1.0], Ddof::Sample), None);
}

#[test]
fn corrects_skewness_for_bias() {
    // The values 1, 2 and 6 have the deviations d = -2, -1 and 3 from their mean: Σd² = 14, Σd³ =
    // -8 - 1 + 27 = 18, and n√(n-1)/(n-2) = 3√2.
    close(skewness(&[1.0, 2.0, 6.0]), 3.0 * 2f64.sqrt() * 18.0 / 14f64.powf(1.5));
}

#[test]
fn computes_bias_corrected_excess_kurtosis() {
    // The values 1, 2, 3 and 10 have the deviations d = -3, -2, -1 and 6 from their mean: Σd² = 50,
    // Σd⁴ = 1394, and n = 4.
    close(excess_kurtosis(&[1.0, 2.0, 3.0, 10.0]), 60.0 * 1394.0 / (2.0 * 2500.0) - 13.5);
}

#[test]
fn divides_mean_by_sample_deviation_for_sharpe() {
    // The returns 0.01, 0.02 and 0.06 have the mean 0.03 and the sample variance 7e-4.
    close(sharpe(&[0.01, 0.02, 0.06]), 0.03 / 7e-4f64.sqrt() * 252f64.sqrt());
}

#[test]
fn divides_losses_by_all_returns_for_sortino() {
    // The returns 0.04, -0.03 and 0.02 have the mean 0.01 and the downside deviation √(0.03²/3).
    close(sortino(&[0.04, -0.03, 0.02]), 0.01 / (0.03 / 3f64.sqrt()) * 252f64.sqrt());
}

#[test]
fn omits_sortino_without_losses() {
    assert_eq!(sortino(&[0.01, 0.02]), None);
}

#[test]
fn omits_sharpe_and_skewness_of_constant_series() {
    let constant = [0.1; 7];
    assert_eq!((sharpe(&constant), skewness(&constant)), (None, None));
}

#[test]
fn rejects_empty_and_infinite_series() {
    assert_eq!((mean(&[]), sortino(&[]), mean(&[f64::INFINITY])), (None, None, None));
}

#[test]
fn subtracts_daily_rate_from_sharpe_and_sortino() {
    let rate = daily_rate(0.05);
    close(Some((1.0 + rate).powi(252)), 1.05);
    let returns = [0.01, 0.02, 0.06];
    close(sharpe(&excess(&returns, rate)), (0.03 - rate) / 7e-4f64.sqrt() * 252f64.sqrt());
    // Only the first return is below the rate.
    let above = excess(&[rate - 0.03, rate + 0.04, rate + 0.02], rate);
    close(sortino(&above), 0.01 / (0.03 / 3f64.sqrt()) * 252f64.sqrt());
}

proptest! {
    #[test]
    fn scales_volatility_with_returns(
        x in prop::collection::vec(-0.1..0.1f64, 2..50), scale in 0.1..10.0f64,
    ) {
        let scaled: Vec<f64> = x.iter().map(|r| r * scale).collect();
        let (ours, law) = (annualized_volatility(&scaled), annualized_volatility(&x));
        prop_assert!((ours.unwrap() - law.unwrap() * scale).abs() < 1e-12 * scale.max(1.0));
    }

    #[test]
    fn keeps_skewness_under_scale_and_shift(x in prop::collection::vec(-1.0..1.0f64, 5..50)) {
        let moved: Vec<f64> = x.iter().map(|v| v * 4.0 + 1.0).collect();
        let (ours, law) = (skewness(&moved).unwrap(), skewness(&x).unwrap());
        prop_assert!((ours - law).abs() < 1e-9);
    }
}
