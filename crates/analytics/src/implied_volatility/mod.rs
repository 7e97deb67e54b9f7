//! Implied volatility: the volatility at which the Black-Scholes formula gives an option's price
//! (Jäckel 2015, "Let's be rational").
//!
//! This is the inverse of [`super::black_scholes`]. Neither accounts for early exercise. The
//! option's price can be a market quote or the result of a model.

use std::fmt;

use implied_vol::{ImpliedBlackVolatility, solver::Jaeckel};

use super::black_scholes::{Carry, EuropeanOption, Payoff};

/// Reason why an option's price does not imply a volatility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotImplied {
    /// The option has expired, so every volatility gives the same price.
    Expired,
    /// The option's price is not above its intrinsic value, but any volatility above zero would
    /// give a higher price.
    NoTimeValue,
    /// The option's price is at or above its upper bound, which the Black-Scholes price approaches
    /// as the volatility goes to infinity.
    AboveBound,
    /// The option's price, the spot price or the strike is not above zero, or an input is not
    /// finite.
    NotFinite,
}

/// Formats the reason as a clause that follows "none:" on the results page.
impl fmt::Display for NotImplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::NoTimeValue => "its price is not above its intrinsic value",
            Self::AboveBound => "its price is above what any volatility gives",
            Self::NotFinite => "a value is not a finite number above zero",
        })
    }
}

impl std::error::Error for NotImplied {}

/// Computes the implied volatility, as an annual fraction above zero: the volatility at which
/// `option` is worth `price` dollars per share when the underlying share costs `spot` dollars.
///
/// # Errors
/// Returns a [`NotImplied`] if the price is not strictly between the discounted intrinsic value and
/// the upper bound (the discounted spot for a call, the discounted strike for a put), if the option
/// has expired, or if an input is invalid.
pub fn implied_volatility(option: &EuropeanOption, price: f64, spot: f64, carry: Carry) -> Result<f64, NotImplied> {
    // Discounts the spot and the strike instead of compounding the option's price to expiry, which
    // saves one rounding.
    let share = spot * (-carry.dividend_yield * option.years).exp();
    let cash = option.strike * (-carry.rate * option.years).exp();
    let is_sound = |value: f64| value.is_finite() && value > 0.0;
    if ![price, share, cash].into_iter().all(is_sound) || !option.years.is_finite() {
        return Err(NotImplied::NotFinite);
    }
    if option.years <= 0.0 {
        return Err(NotImplied::Expired);
    }
    let (intrinsic, bound) = match option.kind {
        Payoff::Call => (share - cash, share),
        Payoff::Put => (cash - share, cash),
    };
    if price <= intrinsic {
        return Err(NotImplied::NoTimeValue);
    }
    if price >= bound {
        return Err(NotImplied::AboveBound);
    }
    ImpliedBlackVolatility::builder()
        .forward(share)
        .strike(cash)
        .expiry(option.years)
        .is_call(option.kind == Payoff::Call)
        .option_price(price)
        .build()
        .and_then(|inverse| inverse.calculate_with::<Jaeckel>())
        .filter(|volatility| is_sound(*volatility))
        .ok_or(NotImplied::NotFinite)
}

#[cfg(test)]
mod tests;
