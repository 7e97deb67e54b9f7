//! What the regressions promise.

use super::*;
use proptest::prelude::*;

fn close(ours: f64, reference: f64) {
    assert!((ours - reference).abs() <= 1e-12 + 1e-9 * reference.abs(), "{ours} {reference}");
}

#[test]
fn a_line_through_three_points_has_its_textbook_estimates() {
    // x̄ = 1, ȳ = 2; Sxy = 3, Sxx = 2; residuals ½, -1, ½; s² = 1.5, se² = s²/Sxx.
    let fit = simple_ols(&[1.0, 1.0, 4.0], &[0.0, 1.0, 2.0]).unwrap();
    for (ours, reference) in
        [(fit.beta, 1.5), (fit.alpha, 0.5), (fit.std_error, 0.75f64.sqrt()), (fit.r_squared, 0.75), (fit.p, 1.0 / 3.0)]
    {
        close(ours, reference);
    }
}

#[test]
fn a_constant_regressor_explains_nothing() {
    assert_eq!(simple_ols(&[1.0, 2.0, 4.0], &[0.1; 3]), Err(Reason::ZeroVariance));
}

#[test]
fn a_regressor_that_doubles_another_is_refused() {
    let (x, twice) = (vec![1.0, 2.0, 4.0, 3.0], vec![2.0, 4.0, 8.0, 6.0]);
    assert_eq!(ols(&[1.0, 0.0, 2.0, 1.0], &[x, twice]), Err(Reason::Collinear));
}

#[test]
fn a_regression_needs_a_degree_of_freedom() {
    let refusal = Err(Reason::TooFewRows { have: 2, need: 3 });
    assert_eq!(simple_ols(&[1.0, 2.0], &[1.0, 3.0]), refusal);
}

#[test]
fn a_perfect_fit_has_an_infinite_t_and_so_none() {
    let fit = simple_ols(&[2.0, 4.0, 8.0], &[1.0, 2.0, 4.0]).unwrap();
    assert_eq!((fit.t, fit.p, fit.r_squared), (None, 0.0, 1.0));
}

#[test]
fn a_value_that_is_not_finite_is_refused() {
    assert_eq!(simple_ols(&[1.0, f64::NAN, 2.0], &[1.0, 2.0, 4.0]), Err(Reason::NotFinite));
}

proptest! {
    #[test]
    fn a_series_against_itself_has_beta_one(x in prop::collection::vec(-0.1..0.1f64, 3..90)) {
        let fit = simple_ols(&x, &x).unwrap();
        prop_assert!((fit.beta - 1.0).abs() < 1e-12 && (fit.r_squared - 1.0).abs() < 1e-12);
        prop_assert_eq!(fit.t, None);
    }

    #[test]
    fn beta_scales_with_y_and_ignores_its_shift(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let moved: Vec<f64> = y.iter().map(|v| 3.0 * v + 0.5).collect();
        let (ours, law) = (simple_ols(&moved, &x).unwrap(), simple_ols(&y, &x).unwrap());
        prop_assert!((ours.beta - 3.0 * law.beta).abs() < 1e-9 * (1.0 + law.beta.abs()));
    }

    #[test]
    fn one_column_is_the_same_regression_in_closed_form_and_by_orthogonal_columns(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let (ours, law) = (simple_ols(&y, &x).unwrap(), ols(&y, &[&x]).unwrap());
        let close = |ours: f64, law: f64| (ours - law).abs() <= 1e-12 + 1e-9 * law.abs();
        prop_assert!(close(ours.beta, law.slopes[0].estimate) && close(ours.alpha, law.intercept.estimate));
        prop_assert!(close(ours.std_error, law.slopes[0].std_error) && close(ours.r_squared, law.r_squared));
    }

    #[test]
    fn residuals_know_nothing_of_the_columns(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let y: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let columns: [Vec<f64>; 2] = [rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect()];
        let fit = ols(&y, &columns).unwrap();
        let said = |row: usize| fit.slopes[0].estimate * columns[0][row] + fit.slopes[1].estimate * columns[1][row];
        let residuals: Vec<f64> = (0..y.len()).map(|row| y[row] - fit.intercept.estimate - said(row)).collect();
        for column in &columns {
            let product: f64 = residuals.iter().zip(column).map(|(residual, x)| residual * x).sum();
            prop_assert!(product.abs() < 1e-13 * y.len() as f64);
        }
    }
}
