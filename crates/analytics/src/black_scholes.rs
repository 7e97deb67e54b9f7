//! Black-Scholes price and delta of a European option.
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

impl Carry {
    /// Creates the carry of an option from an effective risk-free rate per year and a continuously
    /// compounded dividend yield, both as fractions.
    pub fn new(annual_rate: f64, dividend_yield: f64) -> Self {
        Self { rate: libm::log1p(annual_rate), dividend_yield }
    }
}

impl EuropeanOption {
    /// Computes the option's price in dollars per share (Black and Scholes 1973, Merton 1973).
    ///
    /// `spot` is the price of the share in dollars, and `volatility` is an annual fraction. At
    /// expiry or with zero volatility, the option's price is its discounted intrinsic value.
    /// Returns `None` if `spot` or the strike is not positive, if the time to expiry or
    /// `volatility` is negative, or if any number is not finite.
    pub fn price(&self, spot: f64, volatility: f64, carry: Carry) -> Option<f64> {
        let Terms { share, cash, deviation } = self.terms(spot, volatility, carry)?;
        let sign = self.kind.sign();
        let intrinsic = (sign * (share - cash)).max(0.0);
        if deviation == 0.0 {
            return Some(intrinsic);
        }
        let d1 = (share / cash).ln() / deviation + deviation / 2.0;
        let d2 = d1 - deviation;
        let price = sign * (share * normal_cdf(sign * d1) - cash * normal_cdf(sign * d2));
        price.is_finite().then_some(price.max(intrinsic))
    }

    /// Computes the option's delta: the change of its price per dollar of change in the price of
    /// the share, `e^{-qT}·N(d1)` for a call and `-e^{-qT}·N(-d1)` for a put (Merton 1973).
    ///
    /// At expiry or with zero volatility, the delta is its limit: 0 out of the money, `±e^{-qT}` in
    /// the money, and half of that if the strike is the forward price. Takes the same arguments as
    /// [`Self::price`], and returns `None` in the same cases.
    pub fn delta(&self, spot: f64, volatility: f64, carry: Carry) -> Option<f64> {
        let Terms { share, cash, deviation } = self.terms(spot, volatility, carry)?;
        let sign = self.kind.sign();
        let moneyness = (share / cash).ln();
        let probability = if deviation > 0.0 {
            normal_cdf(sign * (moneyness / deviation + deviation / 2.0))
        } else if moneyness == 0.0 {
            0.5
        } else if sign * moneyness > 0.0 {
            1.0
        } else {
            0.0
        };
        if probability == 0.0 {
            // The product would be a negative zero for a put.
            return Some(0.0);
        }
        let delta = sign * (-carry.dividend_yield * self.years).exp() * probability;
        delta.is_finite().then_some(delta)
    }

    /// Discounts the share and the strike, or returns `None` if an argument is invalid.
    fn terms(&self, spot: f64, volatility: f64, carry: Carry) -> Option<Terms> {
        let share = spot * (-carry.dividend_yield * self.years).exp();
        let cash = self.strike * (-carry.rate * self.years).exp();
        let deviation = volatility * self.years.sqrt();
        let positive = share > 0.0 && cash > 0.0 && self.years >= 0.0 && volatility >= 0.0;
        let is_finite = share.is_finite() && cash.is_finite() && deviation.is_finite();
        (positive && is_finite).then_some(Terms { share, cash, deviation })
    }
}

/// Numbers from which the price and the delta of an option are computed.
struct Terms {
    /// Present value of the share without the dividends until expiry, in dollars.
    share: f64,
    /// Present value of the strike, in dollars.
    cash: f64,
    /// Standard deviation of the logarithm of the share's price at expiry.
    deviation: f64,
}

impl Payoff {
    /// Returns 1 for a call and -1 for a put.
    fn sign(self) -> f64 {
        match self {
            Self::Call => 1.0,
            Self::Put => -1.0,
        }
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

    #[test]
    fn converts_effective_rate_to_continuous_rate() {
        assert!((Carry::new(0.05, 0.02).rate.exp() - 1.05).abs() < 1e-15);
        assert_eq!(Carry::new(0.0, 0.0), Carry::default());
    }

    #[test]
    fn computes_hulls_example_delta() {
        // Example from Hull, "The Greek Letters": spot 49, strike 50, rate 5%, volatility 20%, 20
        // weeks. The book rounds the delta to 0.522.
        let carry = Carry { rate: 0.05, dividend_yield: 0.0 };
        let delta = option(Payoff::Call, 50.0, 0.3846).delta(49.0, 0.2, carry).unwrap();
        assert!((delta - 0.522).abs() < 5e-4, "{delta}");
    }

    #[test]
    fn limits_delta_at_expiry() {
        let delta = |kind, spot| option(kind, 50.0, 0.0).delta(spot, 0.2, NO_CARRY).unwrap();
        let of = |kind| [40.0, 50.0, 60.0].map(|spot| delta(kind, spot));
        assert_eq!((of(Payoff::Call), of(Payoff::Put)), ([0.0, 0.5, 1.0], [-1.0, -0.5, 0.0]));
    }

    #[test]
    fn discounts_delta_without_volatility_by_yield() {
        let carry = Carry { rate: 0.02, dividend_yield: 0.03 };
        let delta = |spot| option(Payoff::Call, 50.0, 2.0).delta(spot, 0.0, carry);
        assert_eq!((delta(60.0), delta(40.0)), (Some((-0.06_f64).exp()), Some(0.0)));
    }

    proptest! {
        #[test]
        fn satisfies_put_call_parity(
            spot in 1.0..500.0f64, strike in 1.0..500.0f64, years in 0.01..3.0f64, vol in 0.05..1.5f64,
            rate in 0.0..0.5f64, dividend_yield in 0.0..0.2f64,
        ) {
            let carry = Carry { rate, dividend_yield };
            let price = |kind| option(kind, strike, years).price(spot, vol, carry).unwrap();
            let parity = price(Payoff::Call) - price(Payoff::Put);
            let forward = spot * (-dividend_yield * years).exp() - strike * (-rate * years).exp();
            prop_assert!((parity - forward).abs() < 1e-9);
        }

        #[test]
        fn separates_call_and_put_deltas_by_yield(
            spot in 1.0..500.0f64, strike in 1.0..500.0f64, years in 0.0..3.0f64, vol in 0.0..1.5f64,
            rate in 0.0..0.5f64, dividend_yield in 0.0..0.2f64,
        ) {
            let carry = Carry { rate, dividend_yield };
            let delta = |kind| option(kind, strike, years).delta(spot, vol, carry).unwrap();
            let parity = delta(Payoff::Call) - delta(Payoff::Put);
            prop_assert!((parity - (-dividend_yield * years).exp()).abs() < 1e-12);
        }

        #[test]
        fn equals_slope_of_price(
            spot in 50.0..200.0f64, strike in 50.0..200.0f64, years in 0.05..3.0f64, vol in 0.1..1.0f64,
            rate in 0.0..0.5f64, dividend_yield in 0.0..0.2f64,
        ) {
            let carry = Carry { rate, dividend_yield };
            for kind in [Payoff::Call, Payoff::Put] {
                let option = option(kind, strike, years);
                let price = |spot: f64| option.price(spot, vol, carry).unwrap();
                let step = 1e-4 * spot;
                let slope = (price(spot + step) - price(spot - step)) / (2.0 * step);
                prop_assert!((option.delta(spot, vol, carry).unwrap() - slope).abs() < 1e-5);
            }
        }
    }
}
