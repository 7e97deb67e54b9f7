//! Tests the statistics of one symbol against results of numpy, pandas, scipy, scikit-learn and
//! statsmodels that are recorded in `data/golden_small.json`.

use serde_json::Value;

use super::golden_inputs::{agree, golden, inputs};
use crate::drawdown::{MaxDrawdown, max_drawdown};
use crate::ewma::ewma_volatility;
use crate::har::har_forecast;
use crate::moments::*;
use crate::regression::{Coefficient, ols, simple_ols};
use crate::ridge::ridge;
use crate::student_t::two_sided_p;

fn each(coefficients: &[Coefficient], field: impl Fn(&Coefficient) -> f64) -> Vec<f64> {
    coefficients.iter().map(field).collect()
}

#[test]
fn regenerates_recorded_inputs() {
    let (golden, inputs) = (golden(), inputs());
    let first = &golden["first_values"];
    agree("inputs.market", &inputs.market[..3], &first["mkt"]);
    let row: Vec<f64> = inputs.series.iter().map(|column| column[0]).collect();
    agree("inputs.series", &row, &first["X0"]);
    let gaps = inputs.with_gaps.iter().flatten().filter(|value| value.is_none()).count();
    assert_eq!(Some(gaps as u64), first["hole_count"].as_u64());
}

#[test]
fn matches_reference_simple_regression() {
    let (golden, inputs) = (golden(), inputs());
    let golden = &golden["ols"];
    let fit = ols(&inputs.series[0], &[&inputs.market]).unwrap();
    let all = [vec![fit.intercept], fit.slopes].concat();
    agree("ols.se", &each(&all, |c| c.std_error), &golden["se"]);
    agree("ols.t", &each(&all, |c| c.t.unwrap()), &golden["t"]);
    agree("ols.p", &each(&all, |c| c.p), &golden["p"]);
    let fit = simple_ols(&inputs.series[0], &inputs.market).unwrap();
    agree("ols.alpha", &[fit.alpha], &golden["alpha"]);
    agree("ols.beta", &[fit.beta], &golden["beta"]);
    agree("ols.r2", &[fit.r_squared], &golden["r2"]);
    assert_eq!(Some(fit.observations as u64), golden["n"].as_u64());
}

#[test]
fn matches_reference_regression_on_five_columns() {
    let (golden, inputs) = (golden(), inputs());
    let golden = &golden["ols5"];
    let fit = ols(&inputs.series[0], &inputs.series[1..6]).unwrap();
    agree("ols5.r2", &[fit.r_squared], &golden["r2"]);
    agree("ols5.resid_var", &[fit.residual_variance], &golden["resid_var"]);
    let all = [vec![fit.intercept], fit.slopes].concat();
    agree("ols5.coef", &each(&all, |c| c.estimate), &golden["coef"]);
    agree("ols5.se", &each(&all, |c| c.std_error), &golden["se"]);
    agree("ols5.t", &each(&all, |c| c.t.unwrap()), &golden["t"]);
    agree("ols5.p", &each(&all, |c| c.p), &golden["p"]);
}

#[test]
fn matches_reference_ridge_regression() {
    let (golden, inputs) = (golden(), inputs());
    let golden = &golden["ridge"];
    let window: Vec<&[f64]> = inputs.series.iter().map(|column| &column[210..]).collect();
    let fit = ridge(window[0], &window[1..7], 1.0).unwrap();
    let betas: Vec<f64> = fit.betas.iter().copied().map(Option::unwrap).collect();
    agree("ridge.betas", &betas, &golden["betas"]);
    agree("ridge.intercept", &[fit.intercept], &golden["intercept"]);
    agree("ridge.r2", &[fit.r_squared], &golden["r2"]);
    let deviation = |column: &[f64]| standard_deviation(column, Ddof::Population).unwrap();
    let scaled: Vec<f64> = betas.iter().zip(&window[1..7]).map(|(beta, column)| beta * deviation(column)).collect();
    agree("ridge.coef_scaled", &scaled, &golden["coef_scaled"]);
}

#[test]
fn matches_reference_har_forecasts() {
    let (golden, inputs) = (golden(), inputs());
    for horizon in ["1", "21"] {
        let golden = &golden["har"][horizon];
        let forecast = har_forecast(&inputs.series[0], horizon.parse().unwrap()).unwrap();
        agree("har.coef", &forecast.coefficients, &golden["coef"]);
        agree("har.r2", &[forecast.r_squared], &golden["r2"]);
        agree("har.forecast_var", &[forecast.variance], &golden["forecast_var"]);
        agree("har.forecast_vol", &[forecast.volatility], &golden["forecast_vol"]);
        assert_eq!(Some(forecast.observations as u64), golden["n"].as_u64());
        assert_eq!(Some(forecast.bounded), golden["bounded"].as_bool());
    }
}

#[test]
fn matches_reference_ewma_and_drawdown() {
    let (golden, inputs) = (golden(), inputs());
    agree("ewma_vol", &[ewma_volatility(&inputs.series[0]).unwrap()], &golden["ewma_vol"]);
    let MaxDrawdown { value, peak, trough } = max_drawdown(&inputs.series[0]).unwrap();
    agree("drawdown", &[value, peak as f64, trough as f64], &golden["drawdown"]);
}

#[test]
fn matches_reference_moments() {
    let (golden, inputs) = (golden(), inputs());
    let (golden, x) = (&golden["moments"], &inputs.series[0]);
    agree("moments.mean", &[mean(x).unwrap()], &golden["mean"]);
    agree("moments.sd", &[standard_deviation(x, Ddof::Sample).unwrap()], &golden["sd"]);
    agree("moments.skew", &[skewness(x).unwrap()], &golden["skew"]);
    agree("moments.kurt", &[excess_kurtosis(x).unwrap()], &golden["kurt"]);
    agree("moments.sharpe", &[sharpe(x).unwrap()], &golden["sharpe"]);
    agree("moments.sortino", &[sortino(x).unwrap()], &golden["sortino"]);
}

#[test]
fn matches_reference_student_t_p_values() {
    let golden = golden();
    let cases = golden["student_t_p"].as_array().unwrap();
    let p = |case: &Value| two_sided_p(case["t"].as_f64()?, case["df"].as_f64()?);
    let ours: Vec<f64> = cases.iter().map(|case| p(case).unwrap()).collect();
    let reference = cases.iter().map(|case| case["p"].clone()).collect();
    agree("student_t_p", &ours, &Value::Array(reference));
}
