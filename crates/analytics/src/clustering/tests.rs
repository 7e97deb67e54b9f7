use super::super::interrupt::tests::assert_stops_at_every_check;
use super::*;
use proptest::prelude::*;

/// Returns correlations of symbols A, B and C, where B and C are highly correlated and A is only
/// weakly correlated with both.
fn two_close_one_far() -> Vec<Vec<f64>> {
    vec![vec![1.0, 0.1, 0.3], vec![0.1, 1.0, 0.9], vec![0.3, 0.9, 1.0]]
}

#[test]
fn merges_nearest_pair_then_averages_distances() {
    let merges = average_linkage(&two_close_one_far(), Interrupt::NEVER).unwrap();
    let far = f64::midpoint(0.45f64.sqrt(), 0.35f64.sqrt());
    assert_eq!((merges[0].first, merges[0].second), (1, 2));
    assert!((merges[1].distance - far).abs() < 1e-15, "{merges:?}");
}

#[test]
fn checks_interrupt_at_each_row_and_merge() {
    let checks = assert_stops_at_every_check(|interrupt| leaf_order(&two_close_one_far(), &["A", "B", "C"], interrupt));
    assert_eq!(checks, 3 + 2);
}

#[test]
fn places_correlated_symbols_next_to_each_other() {
    let correlation = vec![vec![1.0, 0.1, 0.9], vec![0.1, 1.0, 0.2], vec![0.9, 0.2, 1.0]];
    assert_eq!(leaf_order(&correlation, &["A", "B", "C"], Interrupt::NEVER), Ok(vec![0, 2, 1]));
}

#[test]
fn orders_equal_distances_by_name() {
    let equal: Vec<Vec<f64>> = (0..4).map(|i| (0..4).map(|j| if i == j { 1.0 } else { 0.5 }).collect()).collect();
    assert_eq!(leaf_order(&equal, &["D", "B", "A", "C"], Interrupt::NEVER), Ok(vec![2, 1, 3, 0]));
}

#[test]
fn orders_one_symbol_and_empty_input() {
    assert_eq!(leaf_order(&[vec![1.0]], &["A"], Interrupt::NEVER), Ok(vec![0]));
    assert_eq!(leaf_order::<&str>(&[], &[], Interrupt::NEVER), Ok(vec![]));
}

#[test]
fn rejects_nan_correlation() {
    let matrix = vec![vec![1.0, f64::NAN], vec![f64::NAN, 1.0]];
    assert_eq!(leaf_order(&matrix, &["A", "B"], Interrupt::NEVER), Err(Reason::NotFinite));
}

proptest! {
    #[test]
    fn orders_leaves_regardless_of_input_order(
        tenths in prop::collection::vec(-9i32..9, 10),
        shuffled in Just(vec![0usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];
        let value = |i: usize, j: usize| if i == j { 1.0 } else {
            f64::from(tenths[i.max(j) * (i.max(j) - 1) / 2 + i.min(j)]) / 10.0
        };
        let order = |symbols: &[usize]| {
            let matrix: Vec<Vec<f64>> = symbols
                .iter()
                .map(|&i| symbols.iter().map(|&j| value(i, j)).collect())
                .collect();
            let names: Vec<&str> = symbols.iter().map(|&i| NAMES[i]).collect();
            let leaves = leaf_order(&matrix, &names, Interrupt::NEVER).unwrap();
            leaves.into_iter().map(|leaf| names[leaf]).collect::<Vec<_>>()
        };
        prop_assert_eq!(order(&shuffled), order(&[0, 1, 2, 3, 4]));
    }
}
