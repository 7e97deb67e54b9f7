//! Measures of diversification: how concentrated a portfolio is, and how closely its symbols move
//! together.
//!
//! The correlations are computed in [`super::correlation`].

use faer::{Col, ColRef};

use super::eigen::Eigen;
use super::symmetric::symmetric_matrix;
use super::{Interrupt, Reason};

/// Computes the mean absolute correlation of all pairs of symbols, from 0 to 1. Returns `None` for
/// fewer than two symbols.
pub fn mean_absolute_correlation(correlation: &[Vec<f64>]) -> Option<f64> {
    let upper = || correlation.iter().enumerate().flat_map(|(i, row)| row.iter().skip(i + 1));
    let mean = upper().map(|rho| rho.abs()).sum::<f64>() / upper().count() as f64;
    mean.is_finite().then_some(mean)
}

/// Computes the effective number of positions `(Σ|w|)² / Σw²`: `n` for `n` equal weights, 1 for a
/// single weight. Weights can be in any unit and are negative for short positions. Returns `None`
/// if there are no weights or all of them are zero.
pub fn effective_positions(weights: &[f64]) -> Option<f64> {
    let gross: f64 = weights.iter().map(|w| w.abs()).sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let effective = gross * gross / squares;
    effective.is_finite().then_some(effective)
}

/// Computes the participation ratio `(Σλ)² / Σλ²` of a correlation matrix with the eigenvalues `λ`:
/// the effective number of eigenvalues that account for its variance, from 1 to `n`. The
/// eigenvalues themselves are not needed, because `Σλ` is the trace and `Σλ²` is the squared
/// Frobenius norm. Returns `None` for an empty matrix.
pub fn participation_ratio(correlation: &[Vec<f64>]) -> Option<f64> {
    let trace: f64 = correlation.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
    let squares: f64 = correlation.iter().flatten().map(|rho| rho * rho).sum();
    let ratio = trace * trace / squares;
    ratio.is_finite().then_some(ratio)
}

/// Computes the covariance matrix `ρ_ij σ_i σ_j` from an `n` by `n` correlation matrix and `n`
/// volatilities.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] unless the correlation matrix has one row and one column per
/// volatility.
pub fn covariance(correlation: &[Vec<f64>], volatility: &[f64]) -> Result<Vec<Vec<f64>>, Reason> {
    let n = volatility.len();
    if correlation.len() != n || correlation.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    let row =
        |(row, own): (&Vec<f64>, &f64)| row.iter().zip(volatility).map(|(rho, other)| rho * own * other).collect();
    Ok(correlation.iter().zip(volatility).map(row).collect())
}

/// Computes the portfolio volatility `√(w'Σw)` from the weights `w` and the covariance matrix `Σ`.
/// Its unit is that of the volatilities from which `covariance` was computed.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] unless the covariance matrix has one row and one column per
/// weight, and [`Reason::NotFinite`] if the variance is negative or not finite.
pub fn portfolio_volatility(weights: &[f64], covariance: &[Vec<f64>]) -> Result<f64, Reason> {
    let matrix = symmetric_matrix(covariance)?;
    if weights.len() != matrix.nrows() {
        return Err(Reason::ShapeMismatch);
    }
    let w = Col::from_fn(weights.len(), |i| weights[i]);
    let volatility = (w.transpose() * (&matrix * &w)).sqrt();
    if volatility.is_finite() { Ok(volatility) } else { Err(Reason::NotFinite) }
}

/// Computes the effective number of bets (Meucci 2009), from 1 to `n`: the exponential of the
/// entropy of the principal components' shares of the portfolio's variance.
///
/// If `Σ = EΛE'` is the eigendecomposition of the covariance matrix, the shares are `p_k = (e_k'w)²
/// λ_k / Σ_k (e_k'w)² λ_k`, and the result is `exp(-Σ p_k ln p_k)`. Weights of short positions are
/// negative. If eigenvalues are equal, their principal components are not unique, and neither is
/// the result.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] unless the covariance matrix has one row and one column per
/// weight, [`Reason::NotFinite`] if a covariance or the portfolio's variance is not finite,
/// [`Reason::NoConvergence`] if the eigenvalues cannot be found, [`Reason::Interrupted`] if the
/// caller stops the computation, and [`Reason::ZeroVariance`] if the portfolio has no variance.
pub fn effective_bets(weights: &[f64], covariance: &[Vec<f64>], interrupt: Interrupt<'_>) -> Result<f64, Reason> {
    let matrix = symmetric_matrix(covariance)?;
    if weights.len() != matrix.nrows() {
        return Err(Reason::ShapeMismatch);
    }
    interrupt.check()?;
    let Eigen { values, vectors } = Eigen::new(&matrix)?;
    interrupt.check()?;
    let along = ColRef::from_slice(weights).transpose() * &vectors;
    let shares: Vec<f64> = along.iter().zip(&values).map(|(along, value)| along * along * value.max(0.0)).collect();
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
mod tests;
