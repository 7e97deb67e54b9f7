use super::*;
use proptest::prelude::*;

fn close(ours: f64, reference: f64) {
    assert!((ours - reference).abs() <= 1e-12 + 1e-9 * reference.abs(), "{ours} {reference}");
}

#[test]
fn fits_line_through_three_points() {
    // Computation by hand: x̄ = 1, ȳ = 2, Sxy = 3 and Sxx = 2, so the slope is 1.5. The residuals
    // are ½, -1 and ½, so the residual variance is 1.5, and the squared standard error of the slope
    // is 1.5 / Sxx = 0.75.
    let fit = simple_ols(&[1.0, 1.0, 4.0], &[0.0, 1.0, 2.0]).unwrap();
    for (ours, reference) in
        [(fit.beta, 1.5), (fit.alpha, 0.5), (fit.std_error, 0.75f64.sqrt()), (fit.r_squared, 0.75), (fit.p, 1.0 / 3.0)]
    {
        close(ours, reference);
    }
}

#[test]
fn rejects_constant_regressor() {
    assert_eq!(simple_ols(&[1.0, 2.0, 4.0], &[0.1; 3]), Err(Reason::ConstantFactor));
}

#[test]
fn rejects_collinear_regressor() {
    let (x, twice) = (vec![1.0, 2.0, 4.0, 3.0], vec![2.0, 4.0, 8.0, 6.0]);
    assert_eq!(ols(&[1.0, 0.0, 2.0, 1.0], &[x, twice]), Err(Reason::Collinear));
}

#[test]
fn rejects_regression_without_degrees_of_freedom() {
    let refusal = Err(Reason::TooFewRows { have: 2, need: 3 });
    assert_eq!(simple_ols(&[1.0, 2.0], &[1.0, 3.0]), refusal);
}

#[test]
fn omits_infinite_t_of_perfect_fit() {
    let fit = simple_ols(&[2.0, 4.0, 8.0], &[1.0, 2.0, 4.0]).unwrap();
    assert_eq!((fit.t, fit.p, fit.r_squared), (None, 0.0, 1.0));
}

#[test]
fn rejects_regression_on_nan() {
    assert_eq!(simple_ols(&[1.0, f64::NAN, 2.0], &[1.0, 2.0, 4.0]), Err(Reason::NotFinite));
}

proptest! {
    #[test]
    fn finds_beta_one_against_itself(x in prop::collection::vec(-0.1..0.1f64, 3..90)) {
        let fit = simple_ols(&x, &x).unwrap();
        prop_assert!((fit.beta - 1.0).abs() < 1e-12 && (fit.r_squared - 1.0).abs() < 1e-12);
        prop_assert_eq!(fit.t, None);
    }

    #[test]
    fn scales_beta_with_y_and_ignores_shift(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let moved: Vec<f64> = y.iter().map(|v| 3.0 * v + 0.5).collect();
        let (ours, law) = (simple_ols(&moved, &x).unwrap(), simple_ols(&y, &x).unwrap());
        prop_assert!((ours.beta - 3.0 * law.beta).abs() < 1e-9 * (1.0 + law.beta.abs()));
    }

    #[test]
    fn matches_closed_form_for_one_column(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let (ours, law) = (simple_ols(&y, &x).unwrap(), ols(&y, &[&x]).unwrap());
        let close = |ours: f64, law: f64| (ours - law).abs() <= 1e-12 + 1e-9 * law.abs();
        prop_assert!(close(ours.beta, law.slopes[0].estimate) && close(ours.alpha, law.intercept.estimate));
        prop_assert!(close(ours.std_error, law.slopes[0].std_error) && close(ours.r_squared, law.r_squared));
    }

    #[test]
    fn keeps_residuals_orthogonal_to_columns(
        rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64, -0.1..0.1f64), 10..90),
    ) {
        let y: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let columns: [Vec<f64>; 2] = [rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect()];
        let fit = ols(&y, &columns).unwrap();
        let predicted = |row: usize| fit.slopes[0].estimate * columns[0][row] + fit.slopes[1].estimate * columns[1][row];
        let residuals: Vec<f64> = (0..y.len()).map(|row| y[row] - fit.intercept.estimate - predicted(row)).collect();
        for column in &columns {
            let product: f64 = residuals.iter().zip(column).map(|(residual, x)| residual * x).sum();
            prop_assert!(product.abs() < 1e-13 * y.len() as f64);
        }
    }
}
