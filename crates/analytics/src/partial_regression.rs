//! Regressions of many series on one column and a control column, with an intercept. The part of
//! the work that depends only on the two columns is done once.
//!
//! By the theorem of Frisch and Waugh (1933), the slope of the column is that of the part of the
//! column which the control does not explain. For style factors, the market is the control, because
//! the returns of style funds mostly follow the market.

use super::Reason;
use super::least_squares::{COLLINEAR, PERFECT_FIT, center};
use super::regression::{Coefficient, coefficient};
use super::sums::{dot, sum, sum_of_pairs};

/// Length of the window for style betas with the market, in daily returns.
pub const WINDOW: usize = 252;
/// Minimum number of daily returns for a style beta with the market.
pub const MIN_ROWS: usize = 60;
/// Threshold for a slope of zero in a perfect fit. If the column's part of the fit has at most this
/// fraction of the length of `y`, it is rounding noise.
const ROUNDING_NOISE: f64 = 1e-12;

/// A column and its control, prepared for regressions.
#[derive(Debug, Clone)]
pub struct PartialRegressor {
    /// Control minus its mean.
    control: Vec<f64>,
    /// Sum of squares of `control`.
    control_squares: f64,
    /// Part of the centered column that is orthogonal to the control.
    own: Vec<f64>,
    /// Sum of squares of `own`.
    own_squares: f64,
}

impl PartialRegressor {
    /// Prepares regressions on `column`, with `control` as the second regressor.
    ///
    /// # Errors
    /// Returns [`Reason::ShapeMismatch`] if the columns differ in length, [`Reason::NotFinite`] if
    /// a value is not finite, [`Reason::ConstantFactor`] if one of them is constant, and
    /// [`Reason::Collinear`] if the column is a linear function of the control.
    pub fn new(column: &[f64], control: &[f64]) -> Result<Self, Reason> {
        if column.len() != control.len() {
            return Err(Reason::ShapeMismatch);
        }
        let constant = |reason| if reason == Reason::ZeroVariance { Reason::ConstantFactor } else { reason };
        let (control_mean, control_squares) = center(control).map_err(constant)?;
        let (column_mean, column_squares) = center(column).map_err(constant)?;
        let control: Vec<f64> = control.iter().map(|x| x - control_mean).collect();
        let mut own: Vec<f64> = column.iter().map(|x| x - column_mean).collect();
        let slope = dot(&own, &control) / control_squares;
        own.iter_mut().zip(&control).for_each(|(x, control)| *x -= slope * control);
        let own_squares = dot(&own, &own);
        if !own_squares.is_finite() {
            return Err(Reason::NotFinite);
        }
        if own_squares.sqrt() <= COLLINEAR * column_squares.sqrt() {
            return Err(Reason::Collinear);
        }
        Ok(Self { control, control_squares, own, own_squares })
    }

    /// Regresses `y` on the column, the control and an intercept, and returns the slope of the
    /// column. The standard error is the classical one, with `n - 3` degrees of freedom.
    ///
    /// # Errors
    /// Returns [`Reason::ShapeMismatch`] if `y` differs from the column in length,
    /// [`Reason::TooFewRows`] if it has fewer than four values, [`Reason::ZeroVariance`] if it is
    /// constant, and [`Reason::NotFinite`] if a value or the result is not finite.
    pub fn fit(&self, y: &[f64]) -> Result<Coefficient, Reason> {
        let n = y.len();
        if n != self.own.len() {
            return Err(Reason::ShapeMismatch);
        }
        if n < 4 {
            return Err(Reason::TooFewRows { have: n, need: 4 });
        }
        let (mean, total) = center(y)?;
        let slope_on = |column: &[f64], squares: f64| sum_of_pairs(column, y, |x, y| x * (y - mean)) / squares;
        let market = slope_on(&self.control, self.control_squares);
        let residuals: Vec<f64> = y.iter().zip(&self.control).map(|(y, x)| y - mean - market * x).collect();
        let beta = dot(&self.own, &residuals) / self.own_squares;
        let rss = sum_of_pairs(&residuals, &self.own, |residual, x| (residual - beta * x).powi(2));
        let degrees = (n - 3) as f64;
        if rss > PERFECT_FIT * total {
            return coefficient(beta, (rss / degrees / self.own_squares).sqrt(), degrees);
        }
        let explained = sum(&self.own, |x| (beta * x).powi(2));
        let is_noise = explained <= ROUNDING_NOISE.powi(2) * total;
        coefficient(if is_noise { 0.0 } else { beta }, 0.0, degrees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::ols;
    use proptest::prelude::*;

    const MARKET: [f64; 5] = [0.01, -0.02, 0.03, 0.0, -0.01];
    const STYLE: [f64; 5] = [0.02, -0.01, 0.01, 0.01, -0.03];

    #[test]
    fn finds_style_beta_beside_market_beta() {
        let y: Vec<f64> = MARKET.iter().zip(STYLE).map(|(market, style)| 0.5 * market - 2.0 * style + 0.1).collect();
        let slope = PartialRegressor::new(&STYLE, &MARKET).unwrap().fit(&y).unwrap();
        assert!((slope.estimate + 2.0).abs() < 1e-12, "{slope:?}");
        assert_eq!((slope.t, slope.p, slope.std_error), (None, 0.0, 0.0));
    }

    #[test]
    fn finds_no_style_in_the_market_itself() {
        let slope = PartialRegressor::new(&STYLE, &MARKET).unwrap().fit(&MARKET).unwrap();
        assert_eq!(slope, Coefficient { estimate: 0.0, std_error: 0.0, t: None, p: 1.0 });
    }

    #[test]
    fn rejects_style_that_follows_the_market() {
        let twice = MARKET.map(|r| 2.0 * r + 0.01);
        assert_eq!(PartialRegressor::new(&twice, &MARKET).map(|_| ()), Err(Reason::Collinear));
    }

    #[test]
    fn rejects_constant_market_or_series() {
        assert_eq!(PartialRegressor::new(&STYLE, &[0.01; 5]).map(|_| ()), Err(Reason::ConstantFactor));
        assert_eq!(PartialRegressor::new(&STYLE, &MARKET).unwrap().fit(&[0.1; 5]), Err(Reason::ZeroVariance));
    }

    proptest! {
        #[test]
        fn matches_regression_on_two_columns(
            rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64, -0.1..0.1f64), 10..260),
        ) {
            let y: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let [market, style]: [Vec<f64>; 2] =
                [rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.1 + row.2).collect()];
            let ours = PartialRegressor::new(&style, &market).unwrap().fit(&y).unwrap();
            let law = ols(&y, &[&market, &style]).unwrap().slopes[1];
            let close = |ours: f64, law: f64| (ours - law).abs() <= 1e-11 + 1e-9 * law.abs();
            prop_assert!(close(ours.estimate, law.estimate) && close(ours.std_error, law.std_error));
            prop_assert!(close(ours.t.unwrap(), law.t.unwrap()) && close(ours.p, law.p), "{ours:?} {law:?}");
        }
    }
}
