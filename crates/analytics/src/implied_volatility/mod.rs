//! The volatility at which Black-Scholes gives an option's price (Jäckel 2015, "Let's be rational").
//!
//! The inverse of [`super::black_scholes`], in volatility. It does not know where the price is from, and does not
//! price early exercise either.

use std::fmt;

use implied_vol::{ImpliedBlackVolatility, solver::Jaeckel};

use super::black_scholes::{Carry, EuropeanOption, OptionKind};

/// Why no volatility follows from a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotImplied {
    /// No time is left, so every volatility gives the same price.
    Expired,
    /// The price is at most what exercising brings: no volatility above zero gives it.
    NoTimeValue,
    /// The price is at least what a volatility without bounds would give.
    AboveBound,
    /// A price or the strike is not above zero, or a number is not finite.
    NotFinite,
}

/// As a clause that fits after "none:".
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

/// The annual volatility, as a fraction above zero, at which `option` costs `price` dollars a share while its
/// underlying costs `spot`.
///
/// # Errors
/// [`NotImplied`] where the price is not strictly between the discounted intrinsic value and the bound (the share for
/// a call, the discounted strike for a put), where no time is left, or where an input makes no sense.
pub fn implied_volatility(option: &EuropeanOption, price: f64, spot: f64, carry: Carry) -> Result<f64, NotImplied> {
    // Share and strike are discounted instead of the price grown: one rounding less.
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
        OptionKind::Call => (share - cash, share),
        OptionKind::Put => (cash - share, cash),
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
        .is_call(option.kind == OptionKind::Call)
        .option_price(price)
        .build()
        .and_then(|inverse| inverse.calculate_with::<Jaeckel>())
        .filter(|volatility| is_sound(*volatility))
        .ok_or(NotImplied::NotFinite)
}

#[cfg(test)]
mod tests;
