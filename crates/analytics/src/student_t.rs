//! The two-sided p-value of a t statistic.
//!
//! It does not compute the statistic; see [`super::regression`].

use statrs::function::beta::checked_beta_reg;

/// `P(|T| ≥ |t|)` of Student's t distribution with `degrees` degrees of freedom.
///
/// By the regularised incomplete beta function, `I_{ν/(ν+t²)}(ν/2, 1/2)`
/// (Abramowitz and Stegun 1964, 26.7.1). Near `t = 0` the complement is used,
/// which keeps the digits that `ν/(ν+t²) ≈ 1` would lose. `None` if `t` is NaN
/// or `degrees` is not positive and finite; 0 for an infinite `t`.
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
    fn one_degree_of_freedom_is_the_cauchy_distribution() {
        // P(|T| ≥ √3) = 1 - 2/π·atan(√3) = 1/3.
        let p = two_sided_p(3f64.sqrt(), 1.0).unwrap();
        assert!((p - 1.0 / 3.0).abs() < 1e-13, "{p}");
    }

    #[test]
    fn a_tiny_t_keeps_its_digits() {
        // Cauchy again: 1 - p = 2/π·atan(1e-9).
        let p = two_sided_p(1e-9, 1.0).unwrap();
        assert!((1.0 - p - 2e-9 / std::f64::consts::PI).abs() < 1e-15, "{p}");
    }

    #[test]
    fn the_sign_of_t_does_not_matter() {
        assert_eq!(two_sided_p(-2.5, 28.0), two_sided_p(2.5, 28.0));
    }

    #[test]
    fn an_infinite_t_has_p_zero() {
        assert_eq!(two_sided_p(f64::INFINITY, 88.0), Some(0.0));
    }

    #[test]
    fn nan_and_no_degrees_of_freedom_have_no_p() {
        assert_eq!((two_sided_p(f64::NAN, 5.0), two_sided_p(1.0, 0.0)), (None, None));
    }
}
