//! Least-squares regression with an intercept: the estimates, and the quantities from which their
//! standard errors are computed.
//!
//! The standard errors and p-values themselves are computed in [`super::regression`], because
//! forecasts do not need them.

use super::{
    Reason,
    moments::{mean, sum_of_squares_around},
    sums::dot,
};

/// Threshold for collinearity. If the columns before a column are projected out and at most this
/// fraction of its length remains, the column counts as a linear combination of them.
pub(super) const COLLINEAR: f64 = 1e-10;
/// Threshold for a perfect fit. The residuals count as rounding noise if their sum of squares is at
/// most this fraction of the total sum of squares. It is the square of 1e-12, the corresponding
/// relative error of the residuals themselves.
pub(super) const PERFECT_FIT: f64 = 1e-24;

/// Least-squares fit of `y` on `k` columns and an intercept.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// Intercept of the fit, in units of `y`.
    pub intercept: f64,
    /// Estimated slopes, one per column, in the order of the columns.
    pub slopes: Vec<f64>,
    /// Residual sum of squares; set to exactly 0 for a perfect fit.
    pub rss: f64,
    /// In-sample R² of the fit, from 0 to 1.
    pub r_squared: f64,
    /// Mean of each column, used to compute the variance of the intercept.
    means: Vec<f64>,
    /// Upper triangular factor `R` in the QR decomposition of the centered columns.
    r: Upper,
}

impl LeastSquares {
    /// Regresses `y` on `columns` and an intercept.
    ///
    /// `y` and each of the `k` columns must have `n` rows, with `n ≥ k + 2`. Centering `y` and the
    /// columns removes the intercept from the problem. The columns are then made orthogonal by
    /// modified Gram-Schmidt with `y` as the last column, which is as accurate as Householder QR
    /// (Björck 1967; Golub and Van Loan 2013, §5.3.5).
    ///
    /// # Errors
    /// Returns [`Reason::ShapeMismatch`] if a column differs from `y` in length,
    /// [`Reason::TooFewRows`] if `n < k + 2`, [`Reason::NotFinite`] if an input or the result is
    /// not finite, [`Reason::ZeroVariance`] if a column or `y` is constant (for a constant `y`, R²
    /// would be 0/0), and [`Reason::Collinear`] if a column is a linear combination of the columns
    /// before it.
    pub fn fit<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<Self, Reason> {
        let (n, k) = (y.len(), columns.len());
        if columns.iter().any(|c| c.as_ref().len() != n) {
            return Err(Reason::ShapeMismatch);
        }
        if n < k + 2 {
            return Err(Reason::TooFewRows { have: n, need: k + 2 });
        }
        let (y_mean, total) = center(y)?;
        let mut means = vec![0.0; k];
        let mut r = Upper::zeros(k);
        let mut z = vec![0.0; k];
        // Computes the QR decomposition of the centered columns, one column at a time. `orthogonal`
        // holds the finished columns of Q, one after the other. `residuals` is the part of y that
        // these columns do not explain.
        let mut orthogonal = Vec::with_capacity(k * n);
        let mut residuals: Vec<f64> = y.iter().map(|y| y - y_mean).collect();
        for (j, column) in columns.iter().map(AsRef::as_ref).enumerate() {
            let (mean, squares) = center(column)?;
            means[j] = mean;
            orthogonal.extend(column.iter().map(|x| x - mean));
            let (earlier, q) = orthogonal.split_at_mut(j * n);
            for (i, earlier) in earlier.chunks_exact(n).enumerate() {
                let along = dot(earlier, q);
                r.set(i, j, along);
                subtract(q, along, earlier);
            }
            let length = dot(q, q).sqrt();
            r.set(j, j, length);
            if length <= COLLINEAR * squares.sqrt() {
                return Err(Reason::Collinear);
            }
            for entry in &mut *q {
                *entry /= length;
            }
            z[j] = dot(q, &residuals);
            subtract(&mut residuals, z[j], q);
        }
        let slopes = r.solve(&z);
        let share = dot(&residuals, &residuals) / total;
        let rss = if share <= PERFECT_FIT { 0.0 } else { share * total };
        let intercept = y_mean - dot(&means, &slopes);
        if !intercept.is_finite() || !rss.is_finite() || slopes.iter().any(|slope| !slope.is_finite()) {
            return Err(Reason::NotFinite);
        }
        Ok(Self { intercept, slopes, rss, r_squared: 1.0 - rss / total, means, r })
    }

    /// Computes the diagonal of `(X'X)^-1`, where `X` is the regression's matrix of `n` rows,
    /// including a column of ones for the intercept. Returns the entry for the intercept and the
    /// entries for the columns. Each entry times the residual variance is the squared standard
    /// error of its coefficient.
    pub fn unscaled_variances(&self, n: usize) -> (f64, Vec<f64>) {
        let k = self.slopes.len();
        // (X'X)^-1 equals R^-1 R^-T. `inverse[j]` is column j of R^-1.
        let inverse: Vec<Vec<f64>> = (0..k).map(|j| self.r.solve(&unit(j, k))).collect();
        let intercept = inverse.iter().map(|column| dot(column, &self.means).powi(2)).sum::<f64>() + 1.0 / n as f64;
        (intercept, (0..k).map(|j| inverse.iter().map(|column| column[j] * column[j]).sum()).collect())
    }
}

/// Computes the mean `x̄` of a series and its sum of squared deviations `Σ(x - x̄)²`. Fails if the
/// series is constant or not finite.
pub(super) fn center(values: &[f64]) -> Result<(f64, f64), Reason> {
    let mean = mean(values).ok_or(Reason::NotFinite)?;
    match sum_of_squares_around(values, mean) {
        Some(sum) if sum > 0.0 => Ok((mean, sum)),
        Some(_) => Err(Reason::ZeroVariance),
        None => Err(Reason::NotFinite),
    }
}

/// Subtracts the vector `factor · column` from `target` in place.
fn subtract(target: &mut [f64], factor: f64, column: &[f64]) {
    target.iter_mut().zip(column).for_each(|(entry, x)| *entry -= factor * x);
}

/// Returns column number `index` of an identity matrix with `size` rows.
fn unit(index: usize, size: usize) -> Vec<f64> {
    (0..size).map(|i| if i == index { 1.0 } else { 0.0 }).collect()
}

/// Upper triangular square matrix.
#[derive(Debug, Clone, PartialEq)]
struct Upper {
    size: usize,
    /// Entries of the matrix row by row, including the zeros below the diagonal.
    entries: Vec<f64>,
}

impl Upper {
    fn zeros(size: usize) -> Self {
        Self { size, entries: vec![0.0; size * size] }
    }

    fn set(&mut self, row: usize, column: usize, value: f64) {
        self.entries[row * self.size + column] = value;
    }

    /// Solves `R x = z` for `x`, where `R` is this matrix.
    fn solve(&self, z: &[f64]) -> Vec<f64> {
        let mut x = z.to_vec();
        for (at, row) in self.entries.chunks_exact(self.size.max(1)).enumerate().rev() {
            let known: f64 = row[at + 1..].iter().zip(&x[at + 1..]).map(|(entry, x)| entry * x).sum();
            x[at] = (x[at] - known) / row[at];
        }
        x
    }
}
