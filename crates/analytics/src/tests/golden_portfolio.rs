//! Tests the statistics of several symbols against results of numpy, pandas and scipy that are
//! recorded in `data/golden_small.json`. Tests option prices and implied volatilities against the
//! 60-digit values in `data/golden_implied_vol.json`.

use super::golden_inputs::{agree, eigenvalues, golden, inputs, matrix, numbers, reference};
use crate::Interrupt;
use crate::black_scholes::{Carry, EuropeanOption, Payoff};
use crate::clustering::{Merge, average_linkage, leaf_order};
use crate::correlation::correlation_matrix;
use crate::diversification::*;
use crate::implied_volatility::implied_volatility;
use crate::moments::{annualized_volatility, mean};
use crate::psd::{higham, repair};
use crate::symmetric::{symmetric_matrix, to_rows};

#[test]
fn matches_reference_correlations_and_eigenvalues() {
    let (golden, inputs) = (golden(), inputs());
    let golden = &golden["pairwise_corr"];
    let ours = correlation_matrix(&inputs.with_gaps, 300, 30, Interrupt::NEVER).unwrap().matrix;
    agree("pairwise_corr.matrix", &ours.concat(), &golden["matrix"]);
    agree("pairwise_corr.eig", &eigenvalues(&ours), &golden["eig"]);
}

#[test]
fn matches_reference_higham_repair_and_rounds() {
    let golden = golden();
    let golden = &golden["higham"];
    let input = matrix(&golden["input"]);
    let smallest = numbers(&golden["eig"])[0];
    let ours = repair(input.clone(), Interrupt::NEVER).unwrap();
    assert!((eigenvalues(&input)[0] - smallest).abs() < 1e-12);
    agree("higham.tol1e7", &ours.matrix.concat(), &golden["tol1e7"]);
    assert_eq!(Some(ours.iterations as u64), golden["iters1e7"].as_u64());
    let (fine, rounds) = higham(&symmetric_matrix(&input).unwrap(), 1e-14, Interrupt::NEVER).unwrap();
    agree("higham.tol1e14", &to_rows(&fine).concat(), &golden["tol1e14"]);
    assert_eq!(Some(rounds as u64), golden["iters1e14"].as_u64());
    let distance = (&fine - &symmetric_matrix(&input).unwrap()).norm_l2();
    agree("higham.dist", &[distance], &golden["dist"]);
}

#[test]
fn matches_example_of_highams_paper() {
    let input = [vec![1.0, 1.0, 0.0], vec![1.0, 1.0, 1.0], vec![0.0, 1.0, 1.0]];
    let (ours, _) = higham(&symmetric_matrix(&input).unwrap(), 1e-14, Interrupt::NEVER).unwrap();
    agree("higham_2002_example", &to_rows(&ours).concat(), &golden()["higham_2002_example"]);
}

#[test]
fn matches_reference_average_linkage() {
    let golden = golden();
    let correlation = matrix(&golden["pairwise_corr"]["matrix"]);
    let golden = &golden["linkage"]["average"];
    let row = |m: &Merge| [m.first as f64, m.second as f64, m.distance, m.size as f64];
    let merges: Vec<f64> = average_linkage(&correlation, Interrupt::NEVER).unwrap().iter().flat_map(row).collect();
    agree("linkage.average.z", &merges, &golden["z"]);
    let leaves = leaf_order(&correlation, &["A", "B", "C", "D", "E", "F", "G", "H"], Interrupt::NEVER).unwrap();
    let leaves: Vec<f64> = leaves.into_iter().map(|leaf| leaf as f64).collect();
    agree("linkage.average.leaves", &leaves, &golden["leaves"]);
}

#[test]
fn matches_reference_diversification() {
    let (golden, inputs) = (golden(), inputs());
    let golden = &golden["diversification"];
    let correlation = correlation_matrix(&inputs.with_gaps, 300, 30, Interrupt::NEVER).unwrap().matrix;
    let own: Vec<Vec<f64>> = inputs.with_gaps.iter().map(|column| column.iter().flatten().copied().collect()).collect();
    let volatility: Vec<f64> = own.iter().map(|x| annualized_volatility(x).unwrap()).collect();
    agree("diversification.vol", &volatility, &golden["vol"]);
    let weights = [0.125; 8];
    let covariance = covariance(&correlation, &volatility).unwrap();
    let portfolio = portfolio_volatility(&weights, &covariance).unwrap();
    agree("diversification.portfolio_vol", &[portfolio], &golden["portfolio_vol"]);
    let bets = effective_bets(&weights, &covariance, Interrupt::NEVER).unwrap();
    agree("diversification.enb_entropy", &[bets], &golden["enb_entropy"]);
    let ratio = participation_ratio(&correlation).unwrap();
    agree("diversification.participation_ratio", &[ratio], &golden["participation_ratio"]);
    let ratio = mean(&volatility).unwrap() / portfolio;
    agree("diversification.diversification_ratio", &[ratio], &golden["diversification_ratio"]);
}

/// Parses a test case of `golden_implied_vol.json`: an option, the spot price of its underlying,
/// the interest rate and the dividend yield.
fn parse_option(case: &serde_json::Value) -> (EuropeanOption, f64, Carry) {
    let field = |name: &str| case[name].as_f64().unwrap();
    let kind = if case["call"] == true { Payoff::Call } else { Payoff::Put };
    let option = EuropeanOption { kind, strike: field("K"), years: field("T") };
    (option, field("S"), Carry { rate: field("r"), dividend_yield: field("q") })
}

fn options() -> Vec<serde_json::Value> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/golden_implied_vol.json"));
    reference(text).as_array().unwrap().clone()
}

#[test]
fn matches_reference_option_prices() {
    for case in options() {
        let (option, spot, carry) = parse_option(&case);
        let price = option.price(spot, case["sigma_true"].as_f64().unwrap(), carry).unwrap();
        agree("option price", &[price], &case["price"]);
    }
}

#[test]
fn matches_reference_implied_volatilities() {
    for case in options() {
        let (option, spot, carry) = parse_option(&case);
        let ours = implied_volatility(&option, case["price"].as_f64().unwrap(), spot, carry).unwrap();
        agree("implied volatility", &[ours], &case["iv_of_double_price"]);
        let reference = case["iv_of_double_price"].as_f64().unwrap();
        // The reference file lists the relative error that is attainable in each case. Raises this
        // error to the spacing of floating-point numbers if it is smaller, because no `f64` result
        // can be expected to be more accurate.
        let attainable = case["attainable_rel"].as_f64().unwrap().max(f64::EPSILON);
        let multiple = (ours / reference - 1.0).abs() / attainable;
        // Allows 16 times that error, because the discounting of the spot and the strike adds
        // several rounding errors.
        assert!(multiple <= 16.0, "the error is {multiple} times the attainable one: {case}");
    }
}
