//! Grid of dollar amounts on which sums and differences are exact.
//!
//! With `f64` numbers, `a + (b - a)` does not always equal `b`. The two are always equal if every
//! amount is an integer times the same power of two, and the integers fit in 53 bits. Sums and
//! differences such as `cash + net` and `long - short` are then exact, too. The grid is as fine as
//! the portfolio's largest possible value allows: the step is about 2e-10 dollars for a portfolio
//! of one million dollars. Rounding to the grid therefore loses about as much precision as the
//! usual rounding of an `f64` of that size. Many amounts can be added exactly, too, if the bound of
//! the grid covers the sum of their absolute values.

/// Number of bits in the significand of an `f64`.
const SIGNIFICAND_BITS: i32 = 53;
/// Exponent of the finest grid step, 2^-900. The step is far below any amount of money and far
/// above the subnormal numbers.
const FINEST_EXPONENT: i32 = -900;

/// Grid of dollar amounts: all multiples of one step, which is a power of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoneyGrid {
    step: f64,
}

impl MoneyGrid {
    /// Creates the finest grid on which sums and differences of two amounts from `-bound` to
    /// `bound` are exact. Returns `None` if `bound` is negative or not finite.
    pub fn for_amounts_up_to(bound: f64) -> Option<Self> {
        // Doubles the bound to leave room for the sum of two amounts.
        let largest = 2.0 * bound;
        if !largest.is_finite() || bound < 0.0 {
            return None;
        }
        let (_, exponent) = libm::frexp(largest);
        let exponent = (exponent - SIGNIFICAND_BITS).max(FINEST_EXPONENT);
        Some(Self { step: libm::ldexp(1.0, exponent) })
    }

    /// Rounds `amount` to the nearest amount on the grid, which is at most half a step away.
    pub fn round(&self, amount: f64) -> f64 {
        (amount / self.step).round_ties_even() * self.step
    }

    /// Returns the distance between neighboring amounts on the grid, which is a power of two.
    pub fn step(&self) -> f64 {
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chooses_grid_step_for_one_million() {
        // Twice the bound is 2·10⁶, which is below 2²¹. The significand has 53 bits, so the step is
        // 2^(21 - 53) = 2^-32.
        let grid = MoneyGrid::for_amounts_up_to(1e6).unwrap();
        assert_eq!(grid.step(), 2f64.powi(-32));
    }

    #[test]
    fn creates_grid_for_zero_amount() {
        assert_eq!(MoneyGrid::for_amounts_up_to(0.0).unwrap().round(0.0), 0.0);
    }

    #[test]
    fn rejects_infinite_amount() {
        assert_eq!(MoneyGrid::for_amounts_up_to(f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn recovers_amount_from_difference(a in -1e9..1e9f64, b in -1e-3..1e3f64) {
            let grid = MoneyGrid::for_amounts_up_to(1e9).unwrap();
            let (a, b) = (grid.round(a), grid.round(b));
            prop_assert_eq!(a + (b - a), b);
            prop_assert_eq!(b + (a - b), a);
        }
    }
}
