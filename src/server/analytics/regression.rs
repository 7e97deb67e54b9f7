//! Ordinary least squares with an intercept; market, rate and spread betas.
//!
//! It does not cut the window (see [`super::returns::common_rows`]) and does
//! not cap a beta (see [`super::exposure`]).

use super::Reason;
use super::moments::{mean, sum_of_squares};
use super::student_t::two_sided_p;
use super::sums::{dot, sum_of_pairs};

/// Windows of the market and rate beta, in return rows.
pub const BETA_WINDOWS: [usize; 2] = [90, 252];
/// Fewest rows a market or rate beta accepts.
pub const BETA_MIN_ROWS: usize = 30;
/// Window of a spread beta, in return rows.
pub const SPREAD_WINDOW: usize = 180;
/// Fewest rows a spread beta accepts.
pub const SPREAD_MIN_ROWS: usize = 60;

/// A column whose part not explained by the columns before it is below this
/// share of its length is a combination of them.
const COLLINEAR: f64 = 1e-10;
/// Residuals whose squares sum to less than this share of the total are
/// rounding noise of a perfect fit: 1e-12 of the spread, squared.
const PERFECT_FIT: f64 = 1e-24;

/// One estimated coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The estimate, in units of `y` per unit of its regressor.
    pub estimate: f64,
    /// Its standard error; 0 in a perfect fit.
    pub std_error: f64,
    /// `estimate / std_error`; `None` where that is not finite.
    pub t: Option<f64>,
    /// Two-sided p-value, Student t with `n - k - 1` degrees of freedom.
    pub p: f64,
}

/// A regression on `k` columns and an intercept.
#[derive(Debug, Clone, PartialEq)]
pub struct Ols {
    /// The intercept.
    pub intercept: Coefficient,
    /// One slope a column, in the order of the columns.
    pub slopes: Vec<Coefficient>,
    /// In-sample R², 0 to 1.
    pub r_squared: f64,
    /// `RSS / (n - k - 1)`, in squared units of `y`.
    pub residual_variance: f64,
    /// Rows used, `n`.
    pub observations: usize,
}

/// A regression on one column: a market, rate or spread beta.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimpleOls {
    /// Intercept, a daily return.
    pub alpha: f64,
    /// Slope.
    pub beta: f64,
    /// Standard error of the slope.
    pub std_error: f64,
    /// t statistic of the slope; `None` in a perfect fit, where it is infinite.
    pub t: Option<f64>,
    /// Two-sided p-value of the slope; 0 in a perfect fit.
    pub p: f64,
    /// In-sample R².
    pub r_squared: f64,
    /// Rows used.
    pub observations: usize,
}

/// Regresses `y` on `columns` and an intercept by ordinary least squares.
///
/// `y` has `n` rows, every column as many, and `n ≥ k + 2`. The columns are
/// centred, which takes the intercept out, and made orthogonal by modified
/// Gram-Schmidt with `y` as the last column, which is as accurate as Householder
/// QR (Björck 1967; Golub and Van Loan 2013, §5.3.5). Standard errors are the
/// classical ones, as statsmodels `OLS`.
///
/// # Errors
/// [`Reason::TooFewRows`], [`Reason::ShapeMismatch`], [`Reason::NotFinite`];
/// [`Reason::ZeroVariance`] if `y` or a column is constant (R² would be 0/0);
/// [`Reason::Collinear`].
pub fn ols<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<Ols, Reason> {
    let (n, k) = (y.len(), columns.len());
    if columns.iter().any(|c| c.as_ref().len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    if n < k + 2 {
        return Err(Reason::TooFewRows { have: n, need: k + 2 });
    }
    let (y_mean, total) = centre(y)?;
    let centres: Vec<(f64, f64)> = columns.iter().map(|c| centre(c.as_ref())).collect::<Result<_, Reason>>()?;

    // Column by column X = QR; what is left of y is the residuals.
    let mut residuals: Vec<f64> = y.iter().map(|y| y - y_mean).collect();
    let mut orthogonal: Vec<Vec<f64>> = Vec::with_capacity(k);
    let mut r = vec![vec![0.0; k]; k];
    let mut z = vec![0.0; k];
    for (j, (column, (mean, squares))) in columns.iter().zip(&centres).enumerate() {
        let mut q: Vec<f64> = column.as_ref().iter().map(|x| x - mean).collect();
        for (i, earlier) in orthogonal.iter().enumerate() {
            r[i][j] = dot(earlier, &q);
            subtract(&mut q, r[i][j], earlier);
        }
        r[j][j] = dot(&q, &q).sqrt();
        if r[j][j] <= COLLINEAR * squares.sqrt() {
            return Err(Reason::Collinear);
        }
        for entry in &mut q {
            *entry /= r[j][j];
        }
        z[j] = dot(&q, &residuals);
        subtract(&mut residuals, z[j], &q);
        orthogonal.push(q);
    }
    let slopes = solve_upper(&r, &z);
    let inverse: Vec<Vec<f64>> = (0..k).map(|j| solve_upper(&r, &unit(j, k))).collect();

    let share = dot(&residuals, &residuals) / total;
    let rss = if share <= PERFECT_FIT { 0.0 } else { share * total };
    let degrees = (n - k - 1) as f64;
    let residual_variance = rss / degrees;
    let means: Vec<f64> = centres.iter().map(|(mean, _)| *mean).collect();
    // (X'X)^-1 = R^-1 R^-T; `inverse[j]` is column j of R^-1.
    let leverage = inverse.iter().map(|column| dot(column, &means).powi(2)).sum::<f64>() + 1.0 / n as f64;
    let coefficient =
        |estimate: f64, unscaled: f64| coefficient(estimate, (residual_variance * unscaled).sqrt(), degrees);
    Ok(Ols {
        intercept: coefficient(y_mean - dot(&means, &slopes), leverage)?,
        slopes: (0..k)
            .map(|j| coefficient(slopes[j], inverse.iter().map(|column| column[j] * column[j]).sum()))
            .collect::<Result<_, Reason>>()?,
        r_squared: 1.0 - rss / total,
        residual_variance,
        observations: n,
    })
}

/// `target - factor · column`.
fn subtract(target: &mut [f64], factor: f64, column: &[f64]) {
    target.iter_mut().zip(column).for_each(|(entry, x)| *entry -= factor * x);
}

/// Column `at` of the identity.
fn unit(at: usize, size: usize) -> Vec<f64> {
    (0..size).map(|i| if i == at { 1.0 } else { 0.0 }).collect()
}

/// The solution of `R x = z` with an upper triangular `R`.
fn solve_upper(r: &[Vec<f64>], z: &[f64]) -> Vec<f64> {
    let mut x = z.to_vec();
    for row in (0..x.len()).rev() {
        let known: f64 = (row + 1..x.len()).map(|column| r[row][column] * x[column]).sum();
        x[row] = (x[row] - known) / r[row][row];
    }
    x
}

/// Regresses `y` on one column and an intercept.
///
/// # Errors
/// As [`ols`].
pub fn simple_ols(y: &[f64], x: &[f64]) -> Result<SimpleOls, Reason> {
    if x.len() != y.len() {
        return Err(Reason::ShapeMismatch);
    }
    if y.len() < 3 {
        return Err(Reason::TooFewRows { have: y.len(), need: 3 });
    }
    Regressor::new(x)?.fit(y)
}

/// One column to regress on, so that many series on the same rows share what needs only the column.
#[derive(Debug, Clone)]
pub struct Regressor {
    mean: f64,
    /// `x - x̄`.
    centred: Vec<f64>,
    /// `Σ(x - x̄)²`.
    sxx: f64,
}

impl Regressor {
    /// Centres the column.
    ///
    /// # Errors
    /// [`Reason::NotFinite`]; [`Reason::ZeroVariance`] if it is constant.
    pub fn new(x: &[f64]) -> Result<Self, Reason> {
        let (mean, sxx) = centre(x)?;
        Ok(Self { mean, centred: x.iter().map(|x| x - mean).collect(), sxx })
    }

    /// Regresses `y` on the column and an intercept, in closed form: `β = Sxy / Sxx`.
    ///
    /// # Errors
    /// As [`ols`].
    pub fn fit(&self, y: &[f64]) -> Result<SimpleOls, Reason> {
        let (n, x) = (y.len(), &self.centred);
        if x.len() != n {
            return Err(Reason::ShapeMismatch);
        }
        if n < 3 {
            return Err(Reason::TooFewRows { have: n, need: 3 });
        }
        let (y_mean, total) = centre(y)?;
        let beta = sum_of_pairs(x, y, |x, y| x * (y - y_mean)) / self.sxx;
        let residuals = sum_of_pairs(x, y, |x, y| (y - y_mean - beta * x).powi(2));
        let rss = if residuals <= PERFECT_FIT * total { 0.0 } else { residuals };
        let degrees = (n - 2) as f64;
        let slope = coefficient(beta, (rss / degrees / self.sxx).sqrt(), degrees)?;
        Ok(SimpleOls {
            alpha: y_mean - beta * self.mean,
            beta,
            std_error: slope.std_error,
            t: slope.t,
            p: slope.p,
            r_squared: 1.0 - rss / total,
            observations: n,
        })
    }
}

/// Mean and `Σ(x - x̄)²` of a series that varies.
fn centre(values: &[f64]) -> Result<(f64, f64), Reason> {
    let mean = mean(values).ok_or(Reason::NotFinite)?;
    match sum_of_squares(values) {
        Some(sum) if sum > 0.0 => Ok((mean, sum)),
        Some(_) => Err(Reason::ZeroVariance),
        None => Err(Reason::NotFinite),
    }
}

fn coefficient(estimate: f64, std_error: f64, degrees: f64) -> Result<Coefficient, Reason> {
    if !estimate.is_finite() || !std_error.is_finite() {
        return Err(Reason::NotFinite);
    }
    let t = Some(estimate / std_error).filter(|t| t.is_finite());
    let p = match t {
        Some(t) => two_sided_p(t, degrees).ok_or(Reason::NotFinite)?,
        None if estimate == 0.0 => 1.0,
        None => 0.0,
    };
    Ok(Coefficient { estimate, std_error, t, p })
}
