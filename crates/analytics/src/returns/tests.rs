//! What returns and windows promise.

use super::*;

const GAP: [Option<f64>; 5] = [Some(100.0), Some(110.0), None, Some(121.0), Some(60.5)];

fn returns_from(rows: &[Option<f64>]) -> Returns {
    Returns::of_rows(rows.iter().copied())
}

#[test]
fn a_return_needs_a_price_on_both_neighbouring_rows() {
    let returns = Returns::of_prices(&GAP);
    assert_eq!((returns.rows(), returns.values()[1]), (&[1, 4][..], -0.5));
}

#[test]
fn a_price_that_is_zero_negative_or_nan_is_no_price() {
    let prices = [Some(1.0), Some(0.0), Some(1.0), Some(f64::NAN), Some(-1.0)];
    assert_eq!(Returns::of_prices(&prices), Returns::default());
}

#[test]
fn a_trailing_return_ends_at_the_symbols_own_latest_price() {
    assert_eq!(trailing_return(&[Some(4.0), Some(2.0), Some(3.0), None], 1), Some(0.5));
}

#[test]
fn a_trailing_return_is_none_where_the_far_end_has_no_price() {
    assert_eq!(trailing_return(&GAP, 2), None);
}

#[test]
fn a_trailing_return_is_none_beyond_the_history() {
    assert_eq!((trailing_return(&GAP, 4), trailing_return(&GAP, 5)), (Some(60.5 / 100.0 - 1.0), None));
}

#[test]
fn the_year_to_date_starts_at_the_last_price_of_the_year_before() {
    assert_eq!(since(&GAP, 2), Some(60.5 / 110.0 - 1.0));
}

#[test]
fn the_year_to_date_is_none_before_the_years_first_price() {
    assert_eq!(since(&[Some(1.0), None], 0), None);
}

#[test]
fn compounding_ten_percent_up_and_down_loses_one() {
    let value = compound(&[0.1, -0.1]).unwrap();
    assert!((value + 0.01).abs() < 1e-15, "{value}");
}

#[test]
fn a_window_counts_the_symbols_own_returns() {
    let returns = returns_from(&[Some(1.0), Some(2.0), None, Some(3.0), None]);
    assert_eq!((returns.last(2), returns.last_rows(2), returns.last(9).len()), (&[2.0, 3.0][..], &[1, 3][..], 3));
}

#[test]
fn an_unnamed_window_needs_sixty_returns() {
    let refusal = Err(Reason::TooFewRows { have: 59, need: 60 });
    assert_eq!(returns_from(&[Some(0.1); 59]).statistics_window(), refusal);
}

#[test]
fn common_rows_are_the_last_that_both_series_have() {
    let y = returns_from(&[Some(1.0), Some(2.0), Some(3.0), None, Some(4.0)]);
    let x = returns_from(&[Some(10.0), Some(20.0), None, Some(30.0), Some(40.0)]);
    let rows = common_rows(y.rows(), x.rows(), 2);
    assert_eq!((y.on(&rows), x.on(&rows)), (vec![2.0, 4.0], vec![20.0, 40.0]));
    assert_eq!(common_rows(x.rows(), y.rows(), 9), [0, 1, 4]);
}

#[test]
fn a_row_without_a_return_is_left_out_or_has_none() {
    let returns = returns_from(&[Some(1.0), None, Some(3.0)]);
    assert_eq!(returns.on(&[0, 1, 2, 7]), [1.0, 3.0]);
    assert_eq!(returns.by_row(1..4), [None, Some(3.0), None]);
}

#[test]
fn a_spread_is_missing_where_either_leg_is() {
    let (long, short) = (returns_from(&[None, Some(0.5), Some(0.5)]), returns_from(&[Some(0.1), Some(0.25), None]));
    assert_eq!(Returns::spread(&long, &short), returns_from(&[None, Some(0.25)]));
}

#[test]
fn replaces_last_returns_by_their_mean() {
    let returns = || returns_from(&[0.5, 0.1, 0.3].map(Some));
    assert_eq!(returns().with_equal_last(2).values(), [0.5, 0.2, 0.2]);
    assert_eq!(returns().with_equal_last(0), returns());
}
