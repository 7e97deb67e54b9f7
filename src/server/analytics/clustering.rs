//! Average-linkage clustering of correlations, to order a matrix for reading.
//!
//! It does not cut the tree into clusters.

use kodama::{Method, linkage};

use super::{Interrupt, Reason};

/// One merge of two clusters.
///
/// Labels below `n` are symbols; label `n + k` is the cluster that merge `k` made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merge {
    /// The smaller label.
    pub first: usize,
    /// The larger label.
    pub second: usize,
    /// Average distance between the members of the two.
    pub distance: f64,
    /// Symbols in the merged cluster.
    pub size: usize,
}

/// Distance `√((1 - ρ)/2)` of two series: 0 at ρ = 1, 1 at ρ = -1 (Mantegna
/// 1999, halved as in López de Prado 2016).
pub fn correlation_distance(correlation: f64) -> f64 {
    ((1.0 - correlation.clamp(-1.0, 1.0)) / 2.0).sqrt()
}

/// The `n - 1` merges of average linkage (UPGMA; Sokal and Michener 1958),
/// nearest first, as scipy `linkage(method="average")`.
///
/// `correlation` has `n` rows of `n`; the upper triangle is read. Equal
/// distances merge in an order that depends only on the order of the symbols.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless square, [`Reason::NotFinite`], [`Reason::Interrupted`].
pub fn average_linkage(correlation: &[Vec<f64>], interrupt: Interrupt<'_>) -> Result<Vec<Merge>, Reason> {
    let n = correlation.len();
    if correlation.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    linkage_of(n, |i| correlation[i][i + 1..].iter().copied(), interrupt)
}

/// The same, `row(i)` being the correlations of symbol `i` with those after it.
fn linkage_of<R: Iterator<Item = f64>>(
    n: usize,
    row: impl Fn(usize) -> R,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Merge>, Reason> {
    let mut distances = Vec::with_capacity(n * n.saturating_sub(1) / 2);
    for i in 0..n {
        interrupt.check()?;
        distances.extend(row(i).map(correlation_distance));
    }
    if distances.iter().any(|d: &f64| !d.is_finite()) {
        return Err(Reason::NotFinite);
    }
    let dendrogram = linkage(&mut distances, n, Method::Average);
    let merge = |step: &kodama::Step<f64>| Merge {
        first: step.cluster1,
        second: step.cluster2,
        distance: step.dissimilarity,
        size: step.size,
    };
    Ok(dendrogram.steps().iter().map(merge).collect())
}

/// The symbols in the order of the clustering tree's leaves: indices into `names`.
///
/// The symbols are sorted by name before they are clustered, and in every merge
/// the branch with the first name comes first. So the order depends on names and
/// correlations only, not on the order of the input, and equal distances fall
/// back on the names.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless there are as many names as rows and columns;
/// [`Reason::NotFinite`], [`Reason::Interrupted`].
pub fn leaf_order<N: AsRef<str>>(
    correlation: &[Vec<f64>],
    names: &[N],
    interrupt: Interrupt<'_>,
) -> Result<Vec<usize>, Reason> {
    let n = names.len();
    if correlation.len() != n || correlation.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    let mut by_name: Vec<usize> = (0..n).collect();
    by_name.sort_by_key(|&index| (names[index].as_ref(), index));
    let by_name = &by_name;
    let row = |place: usize| by_name[place + 1..].iter().map(move |&j| correlation[by_name[place]][j]);
    let merges = linkage_of(n, row, interrupt)?;

    // Each cluster is the list of its leaves; its first leaf has its first name.
    let mut clusters: Vec<Vec<usize>> = (0..n).map(|leaf| vec![leaf]).collect();
    for merge in merges {
        interrupt.check()?;
        let mut front = std::mem::take(&mut clusters[merge.first]);
        let mut back = std::mem::take(&mut clusters[merge.second]);
        if back.first() < front.first() {
            std::mem::swap(&mut front, &mut back);
        }
        front.append(&mut back);
        clusters.push(front);
    }
    Ok(clusters.pop().unwrap_or_default().into_iter().map(|leaf| by_name[leaf]).collect())
}

#[cfg(test)]
mod tests {
    use super::super::interrupt::tests::assert_stops_at_every_check;
    use super::*;
    use proptest::prelude::*;

    /// B and C are close, A is far from both.
    fn two_close_one_far() -> Vec<Vec<f64>> {
        vec![vec![1.0, 0.1, 0.3], vec![0.1, 1.0, 0.9], vec![0.3, 0.9, 1.0]]
    }

    #[test]
    fn the_nearest_pair_merges_first_and_the_rest_at_its_average_distance() {
        let merges = average_linkage(&two_close_one_far(), Interrupt::NEVER).unwrap();
        let far = f64::midpoint(0.45f64.sqrt(), 0.35f64.sqrt());
        assert_eq!((merges[0].first, merges[0].second), (1, 2));
        assert!((merges[1].distance - far).abs() < 1e-15, "{merges:?}");
    }

    #[test]
    fn asks_at_each_row_and_merge() {
        let checks =
            assert_stops_at_every_check(|interrupt| leaf_order(&two_close_one_far(), &["A", "B", "C"], interrupt));
        assert_eq!(checks, 3 + 2);
    }

    #[test]
    fn close_symbols_stand_together() {
        let correlation = vec![vec![1.0, 0.1, 0.9], vec![0.1, 1.0, 0.2], vec![0.9, 0.2, 1.0]];
        assert_eq!(leaf_order(&correlation, &["A", "B", "C"], Interrupt::NEVER), Ok(vec![0, 2, 1]));
    }

    #[test]
    fn equal_distances_are_ordered_by_name() {
        let equal: Vec<Vec<f64>> = (0..4).map(|i| (0..4).map(|j| if i == j { 1.0 } else { 0.5 }).collect()).collect();
        assert_eq!(leaf_order(&equal, &["D", "B", "A", "C"], Interrupt::NEVER), Ok(vec![2, 1, 3, 0]));
    }

    #[test]
    fn one_symbol_and_none_have_an_order_too() {
        assert_eq!(leaf_order(&[vec![1.0]], &["A"], Interrupt::NEVER), Ok(vec![0]));
        assert_eq!(leaf_order::<&str>(&[], &[], Interrupt::NEVER), Ok(vec![]));
    }

    #[test]
    fn a_correlation_that_is_nan_is_refused() {
        let matrix = vec![vec![1.0, f64::NAN], vec![f64::NAN, 1.0]];
        assert_eq!(leaf_order(&matrix, &["A", "B"], Interrupt::NEVER), Err(Reason::NotFinite));
    }

    proptest! {
        #[test]
        fn the_order_of_the_input_does_not_matter(
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
}
