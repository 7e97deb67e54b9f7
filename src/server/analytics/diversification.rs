//! How concentrated a portfolio is, and how much its symbols move together.
//!
//! It does not estimate correlations or volatilities; see [`super::correlation`].

use faer::Col;

use super::spectral_measure::spectral_measure;
use super::symmetric::symmetric_matrix;
use super::{Interrupt, Reason};

/// Mean of |ρ| off the diagonal, 0 to 1. `None` below two symbols.
pub fn mean_absolute_correlation(correlation: &[Vec<f64>]) -> Option<f64> {
    let upper = || correlation.iter().enumerate().flat_map(|(i, row)| row.iter().skip(i + 1));
    let mean = upper().map(|rho| rho.abs()).sum::<f64>() / upper().count() as f64;
    mean.is_finite().then_some(mean)
}

/// Effective positions `(Σ|w|)² / Σw²`: `n` for equal weights, 1 for a single
/// one. `weights` in any unit, shorts negative. `None` without a weight.
pub fn effective_positions(weights: &[f64]) -> Option<f64> {
    let gross: f64 = weights.iter().map(|w| w.abs()).sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let effective = gross * gross / squares;
    effective.is_finite().then_some(effective)
}

/// Participation ratio `(Σλ)² / Σλ²` of a correlation matrix: how many
/// eigenvalues carry its variance, 1 to `n`. Needs no eigenvalues, since
/// `Σλ` is the trace and `Σλ²` the squared Frobenius norm. `None` if empty.
pub fn participation_ratio(correlation: &[Vec<f64>]) -> Option<f64> {
    let trace: f64 = correlation.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
    let squares: f64 = correlation.iter().flatten().map(|rho| rho * rho).sum();
    let ratio = trace * trace / squares;
    ratio.is_finite().then_some(ratio)
}

/// Covariances `ρ_ij σ_i σ_j` from correlations and volatilities, `n` by `n`.
///
/// # Errors
/// [`Reason::ShapeMismatch`].
pub fn covariance(correlation: &[Vec<f64>], volatility: &[f64]) -> Result<Vec<Vec<f64>>, Reason> {
    let n = volatility.len();
    if correlation.len() != n || correlation.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    let row =
        |(row, own): (&Vec<f64>, &f64)| row.iter().zip(volatility).map(|(rho, other)| rho * own * other).collect();
    Ok(correlation.iter().zip(volatility).map(row).collect())
}

/// Portfolio volatility `√(w'Σw)`, in the unit of the covariance's root.
///
/// # Errors
/// [`Reason::ShapeMismatch`], [`Reason::NotFinite`] (also for a negative variance).
pub fn portfolio_volatility(weights: &[f64], covariance: &[Vec<f64>]) -> Result<f64, Reason> {
    let matrix = symmetric_matrix(covariance)?;
    if weights.len() != matrix.nrows() {
        return Err(Reason::ShapeMismatch);
    }
    let w = Col::from_fn(weights.len(), |i| weights[i]);
    let volatility = (w.transpose() * (&matrix * &w)).sqrt();
    if volatility.is_finite() { Ok(volatility) } else { Err(Reason::NotFinite) }
}

/// Effective number of bets (Meucci 2009): the exponential of the entropy of the
/// shares of variance along the principal components, 1 to `n`.
///
/// With `Σ = EΛE'`, `p_k = (e_k'w)² λ_k / Σ_k (e_k'w)² λ_k` and
/// `exp(-Σ p_k ln p_k)`. `weights` are signed. Principal components of equal
/// eigenvalues are not unique, and then neither is the number.
///
/// # Errors
/// [`Reason::ShapeMismatch`], [`Reason::NotFinite`], [`Reason::NoConvergence`],
/// [`Reason::Interrupted`]; [`Reason::ZeroVariance`] if the portfolio has no variance.
pub fn effective_bets(weights: &[f64], covariance: &[Vec<f64>], interrupt: Interrupt<'_>) -> Result<f64, Reason> {
    let measure = spectral_measure(symmetric_matrix(covariance)?, weights, interrupt)?;
    let shares: Vec<f64> = measure.into_iter().map(|(value, along)| along * value.max(0.0)).collect();
    let total: f64 = shares.iter().sum();
    if !total.is_finite() {
        return Err(Reason::NotFinite);
    }
    if total <= 0.0 {
        return Err(Reason::ZeroVariance);
    }
    let positive = shares.iter().map(|share| share / total).filter(|p| *p > 0.0);
    Ok((-positive.map(|p| p * p.ln()).sum::<f64>()).exp())
}

#[cfg(test)]
mod tests {
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
    fn asks_at_each_eigenvalue() {
        let covariance = diagonal(&[1.0, 4.0, 9.0]);
        let checks = assert_stops_at_every_check(|interrupt| effective_bets(&[1.0; 3], &covariance, interrupt));
        assert!(checks > 3, "{checks}");
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
}
