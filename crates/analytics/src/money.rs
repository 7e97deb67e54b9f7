//! A grid on which sums and differences of money are exact.
//!
//! In `f64`, `a + (b - a)` need not be `b`. Among multiples of a power of two
//! that fit in 53 bits it always is, and so are `cash + net` and
//! `long - short`. The grid is as fine as the portfolio's largest possible value
//! allows, about 2e-10 of a dollar for a portfolio of a million, so it costs no
//! more than the rounding `f64` does anyway.

/// Bits in the significand of an `f64`.
const SIGNIFICAND_BITS: i32 = 53;
/// The finest grid, far below any money and far above the subnormal numbers.
const FINEST_EXPONENT: i32 = -900;

/// A power of two, of which every amount is a multiple.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoneyGrid {
    step: f64,
}

impl MoneyGrid {
    /// The finest grid on which amounts up to `bound` in magnitude, and the sums
    /// and differences of two of them, are exact. `None` unless `bound` is finite
    /// and not negative.
    pub fn for_amounts_up_to(bound: f64) -> Option<Self> {
        // Half a bit of slack: rounding may lift an amount to the bound itself.
        let largest = 2.0 * bound;
        if !largest.is_finite() || bound < 0.0 {
            return None;
        }
        let (_, exponent) = libm::frexp(largest);
        let exponent = (exponent - SIGNIFICAND_BITS).max(FINEST_EXPONENT);
        Some(Self { step: libm::ldexp(1.0, exponent) })
    }

    /// The multiple nearest to `amount`, at most half a step away.
    pub fn round(&self, amount: f64) -> f64 {
        (amount / self.step).round_ties_even() * self.step
    }

    /// Distance between neighbouring amounts, a power of two.
    pub fn step(&self) -> f64 {
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_step_of_a_million_is_a_billionth() {
        // 2·10⁶ < 2²¹, and 21 - 53 = -32.
        let grid = MoneyGrid::for_amounts_up_to(1e6).unwrap();
        assert_eq!(grid.step(), 2f64.powi(-32));
    }

    #[test]
    fn a_portfolio_worth_nothing_still_has_a_grid() {
        assert_eq!(MoneyGrid::for_amounts_up_to(0.0).unwrap().round(0.0), 0.0);
    }

    #[test]
    fn infinite_money_has_no_grid() {
        assert_eq!(MoneyGrid::for_amounts_up_to(f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn adding_back_a_difference_gives_the_amount(a in -1e9..1e9f64, b in -1e-3..1e3f64) {
            let grid = MoneyGrid::for_amounts_up_to(1e9).unwrap();
            let (a, b) = (grid.round(a), grid.round(b));
            prop_assert_eq!(a + (b - a), b);
            prop_assert_eq!(b + (a - b), a);
        }
    }
}
