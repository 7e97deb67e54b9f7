//! Splits the volatility of a portfolio into the contributions of its parts, by Euler's theorem
//! (Tasche 1999): volatility is homogeneous in the weights, so the contributions `w_i ∂σ/∂w_i` add
//! up to it.

use super::{
    TRADING_DAYS_PER_YEAR,
    moments::{mean, sum_of_squares_around},
    sums::dot,
};

/// Adds `weight · own` to the returns of a portfolio, day by day.
pub fn add_weighted(portfolio: &mut [f64], weight: f64, own: &[f64]) {
    portfolio.iter_mut().zip(own).for_each(|(total, r)| *total += weight * r);
}

/// The returns of a portfolio, prepared for splitting its volatility.
#[derive(Debug, Clone, PartialEq)]
pub struct PortfolioReturns {
    /// Returns minus their mean.
    centered: Vec<f64>,
    /// Standard deviation of the returns, with ddof = 1; not annualized.
    deviation: f64,
}

impl PortfolioReturns {
    /// Prepares the daily returns `Σ w_i r_i` of a portfolio; see [`add_weighted`]. Returns `None`
    /// for fewer than two returns, or if one is not finite.
    pub fn new(returns: &[f64]) -> Option<Self> {
        let mean = mean(returns)?;
        let degrees = returns.len().checked_sub(1).filter(|degrees| *degrees > 0)?;
        let deviation = (sum_of_squares_around(returns, mean)? / degrees as f64).sqrt();
        Some(Self { centered: returns.iter().map(|r| r - mean).collect(), deviation })
    }

    /// Computes the annualized volatility of the portfolio.
    pub fn volatility(&self) -> f64 {
        self.deviation * TRADING_DAYS_PER_YEAR.sqrt()
    }

    /// Computes the contribution of one part, `w·cov(r_i, r)/sd(r)·√252`, to the volatility. The
    /// contributions of all parts add up to the volatility. Parts that hedge the others have
    /// negative contributions. Returns `None` if the portfolio's returns are constant.
    ///
    /// `own` must have the returns of the part on the same days.
    pub fn contribution(&self, weight: f64, own: &[f64]) -> Option<f64> {
        if own.len() != self.centered.len() {
            return None;
        }
        // The centered returns add up to zero, so the part's own mean has no influence.
        let covariance = dot(own, &self.centered) / (self.centered.len() as f64 - 1.0);
        let contribution = weight * covariance / self.deviation * TRADING_DAYS_PER_YEAR.sqrt();
        Some(contribution).filter(|contribution| contribution.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::annualized_volatility;
    use proptest::prelude::*;

    /// Returns the volatility of a portfolio and the contributions of its parts.
    fn split(parts: &[(f64, Vec<f64>)]) -> (f64, Vec<Option<f64>>) {
        let mut total = vec![0.0; parts[0].1.len()];
        for (weight, own) in parts {
            add_weighted(&mut total, *weight, own);
        }
        let portfolio = PortfolioReturns::new(&total).unwrap();
        (portfolio.volatility(), parts.iter().map(|(weight, own)| portfolio.contribution(*weight, own)).collect())
    }

    #[test]
    fn splits_volatility_by_covariance() {
        // The returns of the parts are uncorrelated, with the variances 4a and 16a. Half of each
        // gives the variance a + 4a, to which the parts contribute one fifth and four fifths.
        let (volatility, parts) =
            split(&[(0.5, vec![0.02, -0.02, 0.02, -0.02]), (0.5, vec![0.04, 0.04, -0.04, -0.04])]);
        assert!((parts[0].unwrap() - volatility / 5.0).abs() < 1e-15);
        assert!((parts[1].unwrap() - volatility * 4.0 / 5.0).abs() < 1e-15);
    }

    #[test]
    fn gives_hedge_a_negative_contribution() {
        let (_, parts) = split(&[(1.0, vec![0.02, -0.02, 0.01]), (-0.5, vec![0.02, -0.02, 0.01])]);
        assert!(parts[0].unwrap() > 0.0 && parts[1].unwrap() < 0.0);
    }

    #[test]
    fn omits_contributions_to_constant_returns() {
        assert_eq!(split(&[(1.0, vec![0.01; 3])]), (0.0, vec![None]));
    }

    #[test]
    fn rejects_part_with_other_days() {
        assert_eq!(PortfolioReturns::new(&[0.1, 0.2, 0.0]).unwrap().contribution(1.0, &[0.1]), None);
    }

    proptest! {
        #[test]
        fn adds_contributions_to_volatility(
            parts in prop::collection::vec((-2.0..2.0f64, prop::collection::vec(-0.1..0.1f64, 60)), 1..20),
        ) {
            let (volatility, contributions) = split(&parts);
            let mut total = vec![0.0; 60];
            for (weight, own) in &parts {
                add_weighted(&mut total, *weight, own);
            }
            prop_assert_eq!(Some(volatility), annualized_volatility(&total));
            let sum: f64 = contributions.iter().flatten().sum();
            prop_assert!((sum - volatility).abs() <= 1e-12, "{sum} {volatility}");
        }
    }
}
