//! Black-Scholes price of a European option.
//!
//! Options for which the data source has no quotes are valued at this price, which does not account
//! for early exercise. The inverse, from price to volatility, is computed in
//! [`super::implied_volatility`].

use std::f64::consts::SQRT_2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payoff {
    /// The right to buy the share at the strike price.
    Call,
    /// The right to sell the share at the strike price.
    Put,
}

/// European option on one share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EuropeanOption {
    pub kind: Payoff,
    /// Strike price, in dollars per share.
    pub strike: f64,
    /// Time to expiry in years; 0 on the day of expiry.
    pub years: f64,
}

/// Risk-free rate and dividend yield used to price an option. Both are 0 by default.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Carry {
    /// Risk-free rate, continuously compounded, as a fraction per year.
    pub rate: f64,
    /// Dividend yield, continuously compounded, as a fraction per year.
    pub dividend_yield: f64,
}

impl EuropeanOption {
    /// Computes the option's price in dollars per share (Black and Scholes 1973, Merton 1973).
    ///
    /// `spot` is the price of the share in dollars, and `volatility` is an annual fraction. At
    /// expiry or with zero volatility, the option's price is its discounted intrinsic value.
    /// Returns `None` if `spot` or the strike is not positive, if the time to expiry or
    /// `volatility` is negative, or if any number is not finite.
    pub fn price(&self, spot: f64, volatility: f64, carry: Carry) -> Option<f64> {
        let share = spot * (-carry.dividend_yield * self.years).exp();
        let cash = self.strike * (-carry.rate * self.years).exp();
        let deviation = volatility * self.years.sqrt();
        let positive = share > 0.0 && cash > 0.0 && self.years >= 0.0 && volatility >= 0.0;
        if !positive || !share.is_finite() || !cash.is_finite() || !deviation.is_finite() {
            return None;
        }
        let sign = match self.kind {
            Payoff::Call => 1.0,
            Payoff::Put => -1.0,
        };
        let intrinsic = (sign * (share - cash)).max(0.0);
        if deviation == 0.0 {
            return Some(intrinsic);
        }
        let d1 = (share / cash).ln() / deviation + deviation / 2.0;
        let d2 = d1 - deviation;
        let price = sign * (share * normal_cdf(sign * d1) - cash * normal_cdf(sign * d2));
        price.is_finite().then_some(price.max(intrinsic))
    }
}

/// Computes the standard normal distribution function `erfc(-x/√2)/2`, accurate in both tails.
pub fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO_CARRY: Carry = Carry { rate: 0.0, dividend_yield: 0.0 };

    fn option(kind: Payoff, strike: f64, years: f64) -> EuropeanOption {
        EuropeanOption { kind, strike, years }
    }

    #[test]
    fn prices_hulls_example_call() {
        // Example from Hull, "Options, Futures, and Other Derivatives": spot 42, strike 40, rate
        // 10%, volatility 20%, half a year.
        let carry = Carry { rate: 0.1, dividend_yield: 0.0 };
        let price = option(Payoff::Call, 40.0, 0.5).price(42.0, 0.2, carry).unwrap();
        assert!((price - 4.759_422_392_871_532).abs() < 1e-12, "{price}");
    }

    #[test]
    fn returns_intrinsic_value_at_expiry() {
        assert_eq!(option(Payoff::Put, 50.0, 0.0).price(42.0, 0.2, NO_CARRY), Some(8.0));
    }

    #[test]
    fn returns_zero_for_worthless_option_without_volatility() {
        assert_eq!(option(Payoff::Call, 50.0, 1.0).price(42.0, 0.0, NO_CARRY), Some(0.0));
    }

    #[test]
    fn rejects_zero_spot_and_negative_years() {
        let call = option(Payoff::Call, 50.0, -1.0);
        assert_eq!((call.price(42.0, 0.2, NO_CARRY), call.price(0.0, 0.2, NO_CARRY)), (None, None));
    }

    #[test]
    fn keeps_precision_in_far_tail() {
        // The expected value is Φ(-10) = erfc(10/√2)/2.
        let tail = normal_cdf(-10.0);
        assert!((tail / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-13, "{tail:e}");
    }

    proptest! {
        #[test]
        fn satisfies_put_call_parity(
            spot in 1.0..500.0f64, strike in 1.0..500.0f64, years in 0.01..3.0f64, vol in 0.05..1.5f64,
        ) {
            let price = |kind| option(kind, strike, years).price(spot, vol, NO_CARRY).unwrap();
            let parity = price(Payoff::Call) - price(Payoff::Put);
            prop_assert!((parity - (spot - strike)).abs() < 1e-9);
        }
    }
}
