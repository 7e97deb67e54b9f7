use super::*;
use proptest::prelude::*;

const NO_CARRY: Carry = Carry { rate: 0.0, dividend_yield: 0.0 };

fn option(kind: Payoff, strike: f64, years: f64) -> EuropeanOption {
    EuropeanOption { kind, strike, years }
}

fn implied(option: &EuropeanOption, price: f64) -> Result<f64, NotImplied> {
    implied_volatility(option, price, 42.0, NO_CARRY)
}

#[test]
fn recovers_volatility_of_hulls_example() {
    // Example from Hull, "Options, Futures, and Other Derivatives": spot 42, strike 40, rate 10%,
    // volatility 20%, half a year.
    let carry = Carry { rate: 0.1, dividend_yield: 0.0 };
    let call = option(Payoff::Call, 40.0, 0.5);
    let volatility = implied_volatility(&call, 4.759_422_392_871_532, 42.0, carry).unwrap();
    assert!((volatility - 0.2).abs() < 1e-14, "{volatility}");
}

#[test]
fn rejects_price_without_time_value() {
    let call = option(Payoff::Call, 40.0, 1.0);
    assert_eq!([2.0, 1.5].map(|price| implied(&call, price)), [Err(NotImplied::NoTimeValue); 2]);
}

#[test]
fn rejects_call_at_spot_and_put_at_strike() {
    let prices = [(Payoff::Call, 42.0), (Payoff::Put, 40.0)];
    let found = prices.map(|(kind, price)| implied(&option(kind, 40.0, 1.0), price));
    assert_eq!(found, [Err(NotImplied::AboveBound); 2]);
}

#[test]
fn rejects_expired_option() {
    assert_eq!(implied(&option(Payoff::Call, 40.0, 0.0), 3.0), Err(NotImplied::Expired));
}

#[test]
fn rejects_invalid_option_prices() {
    let call = option(Payoff::Call, 40.0, 1.0);
    let found = [f64::NAN, f64::INFINITY, 0.0, -1.0].map(|price| implied(&call, price));
    assert_eq!(found, [Err(NotImplied::NotFinite); 4]);
}

/// Generates options that are close enough to the money for their prices to depend on the
/// volatility, each with the spot price of its share.
fn any_option() -> impl Strategy<Value = (EuropeanOption, f64)> {
    let kind = prop_oneof![Just(Payoff::Call), Just(Payoff::Put)];
    (kind, 1.0..500.0f64, 0.6..1.6f64, 0.01..3.0f64)
        .prop_map(|(kind, spot, moneyness, years)| (option(kind, spot * moneyness, years), spot))
}

proptest! {
    #[test]
    fn recovers_price_from_implied_volatility(
        (option, spot) in any_option(), volatility in 0.05..2.0f64, rate in -0.02..0.1f64, yields in 0.0..0.05f64,
    ) {
        let carry = Carry { rate, dividend_yield: yields };
        let price = option.price(spot, volatility, carry).unwrap();
        match implied_volatility(&option, price, spot, carry) {
            Ok(implied) => {
                let again = option.price(spot, implied, carry).unwrap();
                prop_assert!((again - price).abs() <= 1e-13 * (spot + option.strike), "{again} {price}");
            }
            // Far from the money, the price may be zero or equal to the intrinsic value. Such a
            // price implies no volatility.
            Err(reason) => prop_assert!(matches!(reason, NotImplied::NoTimeValue | NotImplied::NotFinite)),
        }
    }

    #[test]
    fn recovers_volatility_from_model_price(
        (option, spot) in any_option(), volatility in 0.05..2.0f64,
    ) {
        let price = |volatility: f64| option.price(spot, volatility, NO_CARRY).unwrap();
        // Skips options whose price barely depends on the volatility: if the volatility rises by
        // 1e-4, the price moves by at most 1e-6 of the spot. For these options, the rounding error
        // of the price would noticeably change the implied volatility.
        let moves = price(volatility + 1e-4) - price(volatility);
        prop_assume!(moves > 1e-6 * spot);
        let implied = implied_volatility(&option, price(volatility), spot, NO_CARRY).unwrap();
        prop_assert!((implied - volatility).abs() <= 1e-9 * volatility, "{implied}");
    }

    #[test]
    fn implies_higher_volatility_for_higher_price(
        (option, spot) in any_option(), shares in prop::array::uniform2(0.001..0.999f64),
    ) {
        let (intrinsic, bound) = match option.kind {
            Payoff::Call => ((spot - option.strike).max(0.0), spot),
            Payoff::Put => ((option.strike - spot).max(0.0), option.strike),
        };
        let [low, high] = [shares[0].min(shares[1]), shares[0].max(shares[1])];
        prop_assume!(high - low > 1e-6);
        let implied = |share: f64| {
            implied_volatility(&option, intrinsic + share * (bound - intrinsic), spot, NO_CARRY).unwrap()
        };
        prop_assert!(implied(low) < implied(high));
    }
}
