//! Value at risk and expected shortfall of a series of daily returns, without a model of their
//! distribution (historical simulation).

use super::moments::mean;

/// Losses in the worst days of a return series, as fractions over one day. They are positive for a
/// loss; if even the worst days had gains, they are negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailRisk {
    /// Minus the quantile of the returns at the tail probability.
    pub value_at_risk: f64,
    /// Minus the mean of the returns at or below that quantile (Acerbi and Tasche 2002); never less
    /// than the value at risk.
    pub expected_shortfall: f64,
}

/// Computes a quantile with linear interpolation between order statistics (type 7 of Hyndman and
/// Fan 1996), as numpy's `quantile` does. Returns `None` for an empty slice, values that are not
/// finite, or a `probability` outside of 0 to 1.
pub fn quantile(values: &[f64], probability: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&probability) || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len() - 1;
    let position = last as f64 * probability;
    // The position is between 0 and `last`, so the cast is lossless.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = (position.floor() as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let share = position - below as f64;
    // Interpolates from the nearer neighbor, as numpy does, so that both ends are exact.
    let between = if share < 0.5 { low + (high - low) * share } else { high - (high - low) * (1.0 - share) };
    Some(between).filter(|value| value.is_finite())
}

/// Computes the value at risk and the expected shortfall at a tail probability, for example 0.05
/// for a confidence of 95%. Returns `None` if [`quantile`] does.
pub fn tail_risk(returns: &[f64], tail_probability: f64) -> Option<TailRisk> {
    let quantile = quantile(returns, tail_probability)?;
    let worst: Vec<f64> = returns.iter().copied().filter(|r| *r <= quantile).collect();
    // Without the minimum, rounding could lift the mean of equal returns above the quantile.
    let mean = mean(&worst)?.min(quantile);
    Some(TailRisk { value_at_risk: -quantile, expected_shortfall: -mean })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the daily returns -10%, -9%, …, +10%, not in order.
    fn percents() -> Vec<f64> {
        (0..21).map(|at| f64::from(at * 8 % 21 - 10) / 100.0).collect()
    }

    #[test]
    fn interpolates_between_order_statistics() {
        // With 21 values, 5% is the second smallest value, and 1% is a fifth of the way from the
        // smallest to the second smallest.
        assert_eq!(quantile(&percents(), 0.05), Some(-0.09));
        assert!((quantile(&percents(), 0.01).unwrap() + 0.098).abs() < 1e-15);
        assert_eq!((quantile(&percents(), 0.0), quantile(&percents(), 1.0)), (Some(-0.1), Some(0.1)));
    }

    #[test]
    fn averages_returns_at_or_below_quantile() {
        let tail = tail_risk(&percents(), 0.05).unwrap();
        assert_eq!(tail.value_at_risk, 0.09);
        assert!((tail.expected_shortfall - 0.095).abs() < 1e-15);
    }

    #[test]
    fn reports_negative_risk_of_steady_gains() {
        assert_eq!(tail_risk(&[0.01; 9], 0.05).map(|tail| tail.value_at_risk), Some(-0.01));
    }

    #[test]
    fn rejects_empty_and_infinite_returns() {
        assert_eq!((tail_risk(&[], 0.05), tail_risk(&[f64::NEG_INFINITY, 0.1], 0.05)), (None, None));
    }

    proptest! {
        #[test]
        fn bounds_shortfall_by_risk_and_worst_day(x in prop::collection::vec(-0.2..0.2f64, 1..260)) {
            let worst = -x.iter().copied().fold(f64::INFINITY, f64::min);
            let (rare, rarer) = (tail_risk(&x, 0.05).unwrap(), tail_risk(&x, 0.01).unwrap());
            for tail in [rare, rarer] {
                prop_assert!(tail.expected_shortfall >= tail.value_at_risk, "{tail:?}");
                prop_assert!(tail.expected_shortfall <= worst + 1e-15, "{tail:?}");
            }
            prop_assert!(rarer.value_at_risk >= rare.value_at_risk);
            prop_assert!(rarer.expected_shortfall >= rare.expected_shortfall - 1e-15);
        }
    }
}
