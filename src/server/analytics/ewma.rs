//! Exponentially weighted volatility.
//!
//! It does not choose the window and does not forecast beyond tomorrow: the
//! last variance is the forecast.

use super::TRADING_DAYS_PER_YEAR;

/// Decay factor of daily data (`RiskMetrics` 1996).
pub const LAMBDA: f64 = 0.94;

/// Annualised EWMA volatility `√(252 s²)` (J.P. Morgan/Reuters, `RiskMetrics`
/// Technical Document, 1996): `s²` starts at the square of the first return,
/// then `s² ← 0.94 s² + 0.06 r²` over the rest.
///
/// `returns` are daily, oldest first. `None` for an empty slice or returns that
/// are not finite.
pub fn ewma_volatility(returns: &[f64]) -> Option<f64> {
    let (first, rest) = returns.split_first()?;
    let variance = rest.iter().fold(first * first, |s, r| LAMBDA * s + (1.0 - LAMBDA) * r * r);
    let volatility = (TRADING_DAYS_PER_YEAR * variance).sqrt();
    volatility.is_finite().then_some(volatility)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_square_decays_by_lambda() {
        // 0.94·0.01² + 0.06·0.02² = 1.18e-4.
        let volatility = ewma_volatility(&[0.01, -0.02]).unwrap();
        assert!((volatility - (252.0 * 1.18e-4_f64).sqrt()).abs() < 1e-15, "{volatility}");
    }

    #[test]
    fn no_return_gives_no_volatility() {
        assert_eq!(ewma_volatility(&[]), None);
    }

    proptest! {
        #[test]
        fn the_sign_of_a_return_does_not_matter(x in prop::collection::vec(-0.1..0.1f64, 1..40)) {
            let flipped: Vec<f64> = x.iter().map(|r| -r).collect();
            prop_assert_eq!(ewma_volatility(&x), ewma_volatility(&flipped));
        }
    }
}
