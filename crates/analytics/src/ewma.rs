//! Exponentially weighted moving average (EWMA) volatility.
//!
//! The caller chooses the window of returns. The volatility after the last return is also the
//! forecast for the next day. Longer horizons are not forecast here.

use super::TRADING_DAYS_PER_YEAR;

/// Decay factor of the EWMA variance for daily data (`RiskMetrics` 1996).
pub const LAMBDA: f64 = 0.94;
const LANES: usize = 8;

/// Computes the annualized EWMA volatility `√(252 s²)` of daily returns (J.P. Morgan/Reuters,
/// `RiskMetrics` Technical Document, 1996). `s²` starts as the square of the first return and
/// becomes `0.94 s² + 0.06 r²` with each later return `r`.
///
/// The oldest return comes first. The result is `None` if there are no returns or one of them is
/// not finite.
pub fn ewma_volatility(returns: &[f64]) -> Option<f64> {
    let (first, rest) = returns.split_first()?;
    // Splits the weighted sum into eight partial sums (lanes) that a processor can compute in
    // parallel. The lane of a return is selected by its distance from the end, modulo 8.
    let decay = (0..LANES).fold(1.0, |decay, _| decay * LAMBDA);
    let mut lanes = [0.0; LANES];
    let (oldest, whole) = rest.split_at(rest.len() % LANES);
    for (lane, r) in lanes[LANES - oldest.len()..].iter_mut().zip(oldest) {
        *lane = r * r;
    }
    for eight in whole.chunks_exact(LANES) {
        for (lane, r) in lanes.iter_mut().zip(eight) {
            *lane = decay * *lane + r * r;
        }
    }
    let recent = lanes.iter().fold(0.0, |sum, lane| LAMBDA * sum + lane);
    let age = i32::try_from(rest.len()).unwrap_or(i32::MAX);
    let variance = LAMBDA.powi(age) * first * first + (1.0 - LAMBDA) * recent;
    let volatility = (TRADING_DAYS_PER_YEAR * variance).sqrt();
    volatility.is_finite().then_some(volatility)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decays_first_square_by_lambda() {
        // The expected variance is 0.94·0.01² + 0.06·0.02² = 1.18e-4.
        let volatility = ewma_volatility(&[0.01, -0.02]).unwrap();
        assert!((volatility - (252.0 * 1.18e-4_f64).sqrt()).abs() < 1e-15, "{volatility}");
    }

    #[test]
    fn omits_ewma_without_returns() {
        assert_eq!(ewma_volatility(&[]), None);
    }

    proptest! {
        #[test]
        fn matches_ewma_recursion(x in prop::collection::vec(-0.1..0.1f64, 1..300)) {
            let s = x[1..].iter().fold(x[0] * x[0], |s, r| 0.94 * s + 0.06 * r * r);
            let ours = ewma_volatility(&x).unwrap();
            prop_assert!((ours - (252.0 * s).sqrt()).abs() <= 1e-13 * ours);
        }

        #[test]
        fn ignores_sign_of_returns(x in prop::collection::vec(-0.1..0.1f64, 1..40)) {
            let flipped: Vec<f64> = x.iter().map(|r| -r).collect();
            prop_assert_eq!(ewma_volatility(&x), ewma_volatility(&flipped));
        }
    }
}
