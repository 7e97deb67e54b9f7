use super::super::interrupt::tests::assert_stops_at_every_check;
use super::*;
use proptest::prelude::*;

fn diagonal(values: &[f64]) -> Vec<Vec<f64>> {
    let value = |i: usize, j: usize| if i == j { values[i] } else { 0.0 };
    (0..values.len()).map(|i| (0..values.len()).map(|j| value(i, j)).collect()).collect()
}

#[test]
fn excludes_diagonal_from_mean_correlation() {
    let matrix = [vec![1.0, -0.5, 0.25], vec![-0.5, 1.0, 0.0], vec![0.25, 0.0, 1.0]];
    assert_eq!(mean_absolute_correlation(&matrix), Some(0.25));
}

#[test]
fn omits_mean_correlation_of_one_symbol() {
    assert_eq!(mean_absolute_correlation(&[vec![1.0]]), None);
}

#[test]
fn counts_short_as_position() {
    // The weights are 3 and -1, so the effective number of positions is (3 + 1)² / (9 + 1) = 1.6.
    assert_eq!(effective_positions(&[3.0, -1.0]), Some(1.6));
}

#[test]
fn omits_effective_positions_without_weights() {
    assert_eq!((effective_positions(&[]), effective_positions(&[0.0])), (None, None));
}

#[test]
fn computes_participation_ratio() {
    // The eigenvalues of the matrix are 1.5 and 0.5, so the participation ratio is 2² / (1.5² +
    // 0.5²) = 4 / 2.5.
    let ratio = participation_ratio(&[vec![1.0, 0.5], vec![0.5, 1.0]]);
    assert_eq!(ratio, Some(1.6));
}

#[test]
fn scales_correlations_to_covariances() {
    let ours = covariance(&[vec![1.0, 0.5], vec![0.5, 1.0]], &[0.5, 0.25]);
    assert_eq!(ours, Ok(vec![vec![0.25, 0.0625], vec![0.0625, 0.0625]]));
}

#[test]
fn lowers_portfolio_volatility_with_hedge() {
    // The weights are 2 and -1, so the variance of the portfolio is 4 + 1 - 2·2·1·0.5 = 3.
    let ours = portfolio_volatility(&[2.0, -1.0], &[vec![1.0, 0.5], vec![0.5, 1.0]]).unwrap();
    assert!((ours - 3f64.sqrt()).abs() < 1e-15, "{ours}");
}

#[test]
fn counts_fewer_bets_for_unequal_shares() {
    // The two principal components have shares of 1/5 and 4/5 of the portfolio's variance.
    let ours = effective_bets(&[1.0, 1.0], &diagonal(&[1.0, 4.0]), Interrupt::NEVER).unwrap();
    let entropy = -(0.2 * 0.2f64.ln() + 0.8 * 0.8f64.ln());
    assert!((ours - entropy.exp()).abs() < 1e-14, "{ours}");
}

#[test]
fn stops_before_and_after_finding_eigenvectors() {
    let covariance = diagonal(&[1.0, 4.0, 9.0]);
    let checks = assert_stops_at_every_check(|interrupt| effective_bets(&[1.0; 3], &covariance, interrupt));
    assert_eq!(checks, 2);
}

#[test]
fn counts_weights_along_eigenvector_as_one_bet() {
    // The weights are a multiple of (1, 1), which is an eigenvector of the covariance matrix with
    // eigenvalue 3.
    let ours = effective_bets(&[3.0, 3.0], &[vec![2.0, 1.0], vec![1.0, 2.0]], Interrupt::NEVER).unwrap();
    assert!((ours - 1.0).abs() < 1e-14, "{ours}");
}

#[test]
fn counts_symbols_of_one_factor_as_one_bet() {
    let loads: Vec<f64> = (0..40).map(|i| f64::from(i).sin()).collect();
    let covariance: Vec<Vec<f64>> = loads.iter().map(|own| loads.iter().map(|other| own * other).collect()).collect();
    let weights: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
    let ours = effective_bets(&weights, &covariance, Interrupt::NEVER).unwrap();
    assert!((ours - 1.0).abs() < 1e-10, "{ours}");
}

#[test]
fn rejects_mismatched_weights_and_covariance() {
    let bets = |covariance: &[Vec<f64>]| effective_bets(&[1.0], covariance, Interrupt::NEVER);
    assert_eq!(bets(&diagonal(&[1.0, 4.0])), Err(Reason::ShapeMismatch));
    assert_eq!(bets(&[vec![1.0, 0.0]]), Err(Reason::ShapeMismatch));
    assert_eq!(effective_bets(&[], &[], Interrupt::NEVER), Err(Reason::ZeroVariance));
}

#[test]
fn rejects_portfolio_without_variance() {
    let ours = effective_bets(&[0.0, 0.0], &diagonal(&[1.0, 4.0]), Interrupt::NEVER);
    assert_eq!(ours, Err(Reason::ZeroVariance));
}

proptest! {
    #[test]
    fn bounds_bets_by_number_of_symbols(
        w in prop::collection::vec(0.1..1.0f64, 4),
        variances in prop::collection::vec(0.1..1.0f64, 4),
    ) {
        let bets = effective_bets(&w, &diagonal(&variances), Interrupt::NEVER).unwrap();
        prop_assert!((1.0 - 1e-12..=4.0 + 1e-12).contains(&bets));
    }

    #[test]
    fn keeps_effective_positions_when_weights_are_scaled(w in prop::collection::vec(0.1..1.0f64, 1..9)) {
        let scaled: Vec<f64> = w.iter().map(|w| -3.0 * w).collect();
        let (ours, law) = (effective_positions(&scaled).unwrap(), effective_positions(&w).unwrap());
        prop_assert!((ours - law).abs() < 1e-12 * law);
    }
}
