//! Two-sided p-value of a t statistic, from Student's t distribution.
//!
//! The statistic itself is computed in [`super::regression`].

use statrs::function::beta::checked_beta_reg;

/// Computes the two-sided p-value `P(|T| ≥ |t|)`, where `T` has Student's t distribution with
/// `degrees` degrees of freedom.
///
/// The value is the regularized incomplete beta function `I_{ν/(ν+t²)}(ν/2, 1/2)`, where ν is
/// `degrees` (Abramowitz and Stegun 1964, 26.7.1). For `|t| < 1`, the complement is computed
/// instead, because `ν/(ν+t²)` is close to 1 for small `t`, and digits would be lost. Returns 0 for
/// an infinite `t`, and `None` if `t` is NaN or `degrees` is not positive and finite.
pub fn two_sided_p(t: f64, degrees: f64) -> Option<f64> {
    if t.is_nan() || !degrees.is_finite() || degrees <= 0.0 {
        return None;
    }
    let square = t * t;
    let p = if square < 1.0 {
        1.0 - checked_beta_reg(0.5, degrees / 2.0, square / (degrees + square)).ok()?
    } else {
        checked_beta_reg(degrees / 2.0, 0.5, degrees / (degrees + square)).ok()?
    };
    p.is_finite().then_some(p.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_cauchy_for_one_degree_of_freedom() {
        // With one degree of freedom, P(|T| ≥ √3) = 1 - 2/π·atan(√3) = 1/3.
        let p = two_sided_p(3f64.sqrt(), 1.0).unwrap();
        assert!((p - 1.0 / 3.0).abs() < 1e-13, "{p}");
    }

    #[test]
    fn keeps_precision_for_tiny_t() {
        // With one degree of freedom (the Cauchy distribution), 1 - p = 2/π·atan(1e-9).
        let p = two_sided_p(1e-9, 1.0).unwrap();
        assert!((1.0 - p - 2e-9 / std::f64::consts::PI).abs() < 1e-15, "{p}");
    }

    #[test]
    fn ignores_sign_of_t() {
        assert_eq!(two_sided_p(-2.5, 28.0), two_sided_p(2.5, 28.0));
    }

    #[test]
    fn returns_zero_p_for_infinite_t() {
        assert_eq!(two_sided_p(f64::INFINITY, 88.0), Some(0.0));
    }

    #[test]
    fn rejects_nan_and_zero_degrees_of_freedom() {
        assert_eq!((two_sided_p(f64::NAN, 5.0), two_sided_p(1.0, 0.0)), (None, None));
    }
}
