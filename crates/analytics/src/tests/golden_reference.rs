//! Single formulas against the files of `tests/reference`, beyond what its portfolios reach.

use serde_json::Value;

use super::golden_inputs::{agree, eigenvalues, matrix, reference};
use crate::Interrupt;
use crate::black_scholes::{Carry, EuropeanOption, OptionKind};
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
fn small_matrices_are_repaired_as_the_reference_repairs_them_in_as_many_rounds() {
    for case in cases!("higham.json") {
        let input = matrix(&case["matrix"]);
        agree("smallest eigenvalue", &eigenvalues(&input)[..1], &case["smallest_eigenvalue"]);
        let ours = repair(input.clone(), Interrupt::NEVER).unwrap();
        agree("nearest correlation matrix", &ours.matrix.concat(), &case["repaired"]);
        assert_eq!(Some(ours.iterations as u64), case["rounds"].as_u64());
    }
}

#[test]
fn options_with_interest_and_dividends_cost_what_the_reference_says() {
    let of = |case: &Value, name: &str| case[name].as_f64().unwrap();
    for case in cases!("options.json") {
        let kind = if case["call"] == true { OptionKind::Call } else { OptionKind::Put };
        let option = EuropeanOption { kind, strike: of(&case, "strike"), years: of(&case, "years") };
        let carry = Carry { rate: of(&case, "rate"), dividend_yield: of(&case, "dividend_yield") };
        let price = option.price(of(&case, "spot"), of(&case, "volatility"), carry).unwrap();
        agree("Black-Scholes price", &[price], &case["price"]);
    }
}

#[test]
fn prices_in_whole_cents_imply_what_the_reference_finds_by_another_method() {
    let of = |case: &Value, name: &str| case[name].as_f64().unwrap();
    for case in cases!("implied.json") {
        let kind = if case["call"] == true { OptionKind::Call } else { OptionKind::Put };
        let option = EuropeanOption { kind, strike: of(&case, "strike"), years: of(&case, "years") };
        let ours = implied_volatility(&option, of(&case, "price"), of(&case, "spot"), Carry::default()).unwrap();
        agree("implied volatility", &[ours], &case["implied_volatility"]);
    }
}
