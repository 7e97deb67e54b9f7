use super::*;

const GAP: [Option<f64>; 5] = [Some(100.0), Some(110.0), None, Some(121.0), Some(60.5)];

fn returns_from(rows: &[Option<f64>]) -> Returns {
    Returns::from_rows(rows.iter().copied())
}

#[test]
fn needs_price_on_both_neighboring_rows() {
    let returns = Returns::from_prices(&GAP);
    assert_eq!((returns.rows(), returns.values()[1]), (&[1, 4][..], -0.5));
}

#[test]
fn ignores_zero_negative_and_nan_prices() {
    let prices = [Some(1.0), Some(0.0), Some(1.0), Some(f64::NAN), Some(-1.0)];
    assert_eq!(Returns::from_prices(&prices), Returns::default());
}

#[test]
fn ends_trailing_return_at_latest_price() {
    assert_eq!(trailing_return(&[Some(4.0), Some(2.0), Some(3.0), None], 1), Some(0.5));
}

#[test]
fn omits_trailing_return_without_starting_price() {
    assert_eq!(trailing_return(&GAP, 2), None);
}

#[test]
fn omits_trailing_return_beyond_history() {
    assert_eq!((trailing_return(&GAP, 4), trailing_return(&GAP, 5)), (Some(60.5 / 100.0 - 1.0), None));
}

#[test]
fn starts_year_to_date_at_previous_years_price() {
    assert_eq!(since(&GAP, 2), Some(60.5 / 110.0 - 1.0));
}

#[test]
fn omits_year_to_date_before_first_price() {
    assert_eq!(since(&[Some(1.0), None], 0), None);
}

#[test]
fn compounds_ten_percent_up_and_down() {
    let value = compound(&[0.1, -0.1]).unwrap();
    assert!((value + 0.01).abs() < 1e-15, "{value}");
}

#[test]
fn counts_own_returns_in_window() {
    let returns = returns_from(&[Some(1.0), Some(2.0), None, Some(3.0), None]);
    assert_eq!((returns.last(2), returns.last_rows(2), returns.last(9).len()), (&[2.0, 3.0][..], &[1, 3][..], 3));
}

#[test]
fn requires_sixty_returns_for_statistics() {
    let refusal = Err(Reason::TooFewRows { have: 59, need: 60 });
    assert_eq!(returns_from(&[Some(0.1); 59]).statistics_window(), refusal);
}

#[test]
fn finds_last_common_rows() {
    let y = returns_from(&[Some(1.0), Some(2.0), Some(3.0), None, Some(4.0)]);
    let x = returns_from(&[Some(10.0), Some(20.0), None, Some(30.0), Some(40.0)]);
    let rows = common_rows(y.rows(), x.rows(), 2);
    assert_eq!((y.on(&rows), x.on(&rows)), (vec![2.0, 4.0], vec![20.0, 40.0]));
    assert_eq!(common_rows(x.rows(), y.rows(), 9), [0, 1, 4]);
}

#[test]
fn handles_rows_without_return() {
    let returns = returns_from(&[Some(1.0), None, Some(3.0)]);
    assert_eq!(returns.on(&[0, 1, 2, 7]), [1.0, 3.0]);
    assert_eq!(returns.by_row(1..4), [None, Some(3.0), None]);
}

#[test]
fn omits_spread_when_either_leg_is_missing() {
    let (long, short) = (returns_from(&[None, Some(0.5), Some(0.5)]), returns_from(&[Some(0.1), Some(0.25), None]));
    assert_eq!(Returns::spread(&long, &short), returns_from(&[None, Some(0.25)]));
}

#[test]
fn replaces_last_returns_by_their_mean() {
    let returns = || returns_from(&[0.5, 0.1, 0.3].map(Some));
    assert_eq!(returns().with_equal_last(2).values(), [0.5, 0.2, 0.2]);
    assert_eq!(returns().with_equal_last(0), returns());
}
