//! How concentrated a portfolio is, and how much its symbols move together.
//!
//! It does not estimate correlations or volatilities; see [`super::correlation`].

use faer::{Col, ColRef};

use super::eigen::Eigen;
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
