use super::{Exposure, Lots};
use proptest::prelude::*;

fn position(market_value: f64, beta: impl Into<Option<f64>>) -> (Lots, Option<f64>) {
    (Lots::one(market_value), beta.into())
}

fn aggregate(positions: &[(Lots, Option<f64>)], equity: f64) -> Exposure {
    super::aggregate(positions.iter().copied(), equity)
}

#[test]
fn adds_lots_to_net_and_gross() {
    let mut lots = Lots::default();
    for value in [300.0, -100.0, f64::NAN] {
        lots.add(value);
    }
    assert_eq!(lots, Lots { net: 200.0, gross: 400.0, count: 2 });
    let ours = aggregate(&[(lots, Some(9.0)), position(400.0, None)], 1000.0);
    assert_eq!((ours.dollars, ours.coverage, ours.capped), (Some(1000.0), Some(0.5), 2));
}

#[test]
fn subtracts_beta_of_short() {
    let ours = aggregate(&[position(600.0, 1.5), position(-200.0, 2.0)], 1000.0);
    assert_eq!((ours.dollars, ours.exposure), (Some(500.0), Some(0.5)));
}

#[test]
fn lowers_coverage_when_beta_is_missing() {
    let ours = aggregate(&[position(600.0, 1.0), position(-200.0, None)], 1000.0);
    assert_eq!((ours.exposure, ours.coverage), (Some(0.6), Some(0.75)));
}

#[test]
fn omits_exposure_without_any_beta() {
    let ours = aggregate(&[position(600.0, None)], 1000.0);
    assert_eq!((ours.exposure, ours.dollars, ours.coverage), (None, None, Some(0.0)));
}

#[test]
fn caps_beta_at_five_and_counts_it() {
    let ours = aggregate(&[position(100.0, -7.0), position(100.0, 5.0)], 100.0);
    assert_eq!((ours.dollars, ours.capped), (Some(0.0), 1));
}

#[test]
fn omits_weights_without_positive_equity() {
    let ours = aggregate(&[position(100.0, 1.0)], 0.0);
    assert_eq!((ours.exposure, ours.dollars), (None, Some(100.0)));
}

proptest! {
    #[test]
    fn adds_exposures_of_two_lots(a in -1e6..1e6f64, b in -1e6..1e6f64, beta in -4.0..4.0f64) {
        let lots = aggregate(&[position(a, beta), position(b, beta)], 1e6).dollars.unwrap();
        let whole = aggregate(&[position(a + b, beta)], 1e6).dollars.unwrap();
        prop_assert!((lots - whole).abs() < 1e-6);
    }

    #[test]
    fn aggregates_regardless_of_position_order(
        values in prop::collection::vec((-1e6..1e6f64, -4.0..4.0f64), 1..20),
    ) {
        let mut positions: Vec<_> = values.iter().map(|(mv, beta)| position(*mv, *beta)).collect();
        let forward = aggregate(&positions, 1e6).exposure.unwrap();
        positions.reverse();
        prop_assert!((aggregate(&positions, 1e6).exposure.unwrap() - forward).abs() < 1e-9);
    }
}
