use super::super::interrupt::tests::assert_stops_at_every_check;
use super::*;
use proptest::prelude::*;

fn diagonal(values: &[f64]) -> Vec<Vec<f64>> {
    let value = |i: usize, j: usize| if i == j { values[i] } else { 0.0 };
    (0..values.len()).map(|i| (0..values.len()).map(|j| value(i, j)).collect()).collect()
}

#[test]
fn the_diagonal_is_no_correlation() {
    let matrix = [vec![1.0, -0.5, 0.25], vec![-0.5, 1.0, 0.0], vec![0.25, 0.0, 1.0]];
    assert_eq!(mean_absolute_correlation(&matrix), Some(0.25));
}

#[test]
fn one_symbol_has_no_mean_correlation() {
    assert_eq!(mean_absolute_correlation(&[vec![1.0]]), None);
}

#[test]
fn a_short_is_a_position_like_a_long() {
    // (3 + 1)² / (9 + 1).
    assert_eq!(effective_positions(&[3.0, -1.0]), Some(1.6));
}

#[test]
fn no_weights_are_no_positions() {
    assert_eq!((effective_positions(&[]), effective_positions(&[0.0])), (None, None));
}

#[test]
fn participation_counts_the_eigenvalues_that_matter() {
    // Eigenvalues 1.5 and 0.5: 4 / 2.5.
    let ratio = participation_ratio(&[vec![1.0, 0.5], vec![0.5, 1.0]]);
    assert_eq!(ratio, Some(1.6));
}

#[test]
fn volatilities_scale_correlations_to_covariances() {
    let ours = covariance(&[vec![1.0, 0.5], vec![0.5, 1.0]], &[0.5, 0.25]);
    assert_eq!(ours, Ok(vec![vec![0.25, 0.0625], vec![0.0625, 0.0625]]));
}

#[test]
fn a_hedge_lowers_the_portfolio_volatility() {
    // 4 + 1 - 2·2·1·0.5 = 3.
    let ours = portfolio_volatility(&[2.0, -1.0], &[vec![1.0, 0.5], vec![0.5, 1.0]]).unwrap();
    assert!((ours - 3f64.sqrt()).abs() < 1e-15, "{ours}");
}

#[test]
fn unequal_bets_count_less_than_their_number() {
    // Shares 1/5 and 4/5.
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
fn weights_along_an_eigenvector_are_one_bet() {
    // (1, 1) has eigenvalue 3.
    let ours = effective_bets(&[3.0, 3.0], &[vec![2.0, 1.0], vec![1.0, 2.0]], Interrupt::NEVER).unwrap();
    assert!((ours - 1.0).abs() < 1e-14, "{ours}");
}

#[test]
fn symbols_of_one_factor_are_one_bet() {
    let loads: Vec<f64> = (0..40).map(|i| f64::from(i).sin()).collect();
    let covariance: Vec<Vec<f64>> = loads.iter().map(|own| loads.iter().map(|other| own * other).collect()).collect();
    let weights: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
    let ours = effective_bets(&weights, &covariance, Interrupt::NEVER).unwrap();
    assert!((ours - 1.0).abs() < 1e-10, "{ours}");
}

#[test]
fn weights_must_match_a_square_covariance() {
    let of = |covariance: &[Vec<f64>]| effective_bets(&[1.0], covariance, Interrupt::NEVER);
    assert_eq!(of(&diagonal(&[1.0, 4.0])), Err(Reason::ShapeMismatch));
    assert_eq!(of(&[vec![1.0, 0.0]]), Err(Reason::ShapeMismatch));
    assert_eq!(effective_bets(&[], &[], Interrupt::NEVER), Err(Reason::ZeroVariance));
}

#[test]
fn a_portfolio_without_variance_makes_no_bets() {
    let ours = effective_bets(&[0.0, 0.0], &diagonal(&[1.0, 4.0]), Interrupt::NEVER);
    assert_eq!(ours, Err(Reason::ZeroVariance));
}

proptest! {
    #[test]
    fn bets_are_between_one_and_the_number_of_symbols(
        w in prop::collection::vec(0.1..1.0f64, 4),
        variances in prop::collection::vec(0.1..1.0f64, 4),
    ) {
        let bets = effective_bets(&w, &diagonal(&variances), Interrupt::NEVER).unwrap();
        prop_assert!((1.0 - 1e-12..=4.0 + 1e-12).contains(&bets));
    }

    #[test]
    fn scaling_the_weights_changes_no_count(w in prop::collection::vec(0.1..1.0f64, 1..9)) {
        let scaled: Vec<f64> = w.iter().map(|w| -3.0 * w).collect();
        let (ours, law) = (effective_positions(&scaled).unwrap(), effective_positions(&w).unwrap());
        prop_assert!((ours - law).abs() < 1e-12 * law);
    }
}
