//! Tests the matrix repair, option prices and implied volatilities against golden files: results of
//! the Python reference implementation in `tests/reference`. The golden files of whole portfolios
//! do not cover these cases.

use serde_json::Value;

use super::golden_inputs::{agree, eigenvalues, matrix, reference};
use crate::Interrupt;
use crate::black_scholes::{Carry, EuropeanOption, Payoff};
use crate::implied_volatility::implied_volatility;
use crate::psd::repair;

macro_rules! cases {
    ($file:literal) => {
        reference(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/reference/golden/", $file)))
            .as_array()
            .unwrap()
            .clone()
    };
}

#[test]
fn repairs_small_matrices_like_reference() {
    for case in cases!("higham.json") {
        let input = matrix(&case["matrix"]);
        agree("smallest eigenvalue", &eigenvalues(&input)[..1], &case["smallest_eigenvalue"]);
        let ours = repair(input.clone(), Interrupt::NEVER).unwrap();
        agree("nearest correlation matrix", &ours.matrix.concat(), &case["repaired"]);
        assert_eq!(Some(ours.iterations as u64), case["rounds"].as_u64());
    }
}

#[test]
fn prices_options_with_carry_like_reference() {
    let field = |case: &Value, name: &str| case[name].as_f64().unwrap();
    for case in cases!("options.json") {
        let kind = if case["call"] == true { Payoff::Call } else { Payoff::Put };
        let option = EuropeanOption { kind, strike: field(&case, "strike"), years: field(&case, "years") };
        let carry = Carry { rate: field(&case, "rate"), dividend_yield: field(&case, "dividend_yield") };
        let price = option.price(field(&case, "spot"), field(&case, "volatility"), carry).unwrap();
        agree("Black-Scholes price", &[price], &case["price"]);
    }
}

#[test]
fn implies_volatilities_of_cent_prices_like_reference() {
    let field = |case: &Value, name: &str| case[name].as_f64().unwrap();
    for case in cases!("implied.json") {
        let kind = if case["call"] == true { Payoff::Call } else { Payoff::Put };
        let option = EuropeanOption { kind, strike: field(&case, "strike"), years: field(&case, "years") };
        let ours = implied_volatility(&option, field(&case, "price"), field(&case, "spot"), Carry::default()).unwrap();
        agree("implied volatility", &[ours], &case["implied_volatility"]);
    }
}
