//! Average-linkage clustering of symbols by their correlations, to order the rows of a correlation
//! matrix for display.
//!
//! The result is a tree of merges; it is not cut into separate clusters.

use kodama::{Method, linkage};

use super::{Interrupt, Reason};

/// One merge of two clusters in the clustering of `n` symbols.
///
/// A label below `n` is a symbol. Label `n + k` is the cluster created by merge `k`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merge {
    /// Smaller of the labels of the two merged clusters.
    pub first: usize,
    /// Larger of the labels of the two merged clusters.
    pub second: usize,
    /// Average distance between a symbol in one merged cluster and a symbol in the other.
    pub distance: f64,
    /// Number of symbols in the cluster that the merge creates.
    pub size: usize,
}

/// Computes the distance `√((1 - ρ)/2)` between two series with correlation ρ: 0 for ρ = 1, and 1
/// for ρ = -1 (Mantegna 1999, halved as in López de Prado 2016).
pub fn correlation_distance(correlation: f64) -> f64 {
    ((1.0 - correlation.clamp(-1.0, 1.0)) / 2.0).sqrt()
}

/// Clusters `n` symbols by average linkage (UPGMA; Sokal and Michener 1958). Returns the `n - 1`
/// merges, nearest first, in the format of scipy's `linkage(method="average")`.
///
/// `correlation` has `n` rows of `n` elements, of which only the upper triangle is read. If
/// distances are equal, the order of the symbols determines the order of the merges.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if the matrix is not square, [`Reason::NotFinite`] if a
/// correlation is NaN, and [`Reason::Interrupted`] if the caller stops the computation.
pub fn average_linkage(correlation: &[Vec<f64>], interrupt: Interrupt<'_>) -> Result<Vec<Merge>, Reason> {
    let n = correlation.len();
    if correlation.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    link(n, |i| correlation[i][i + 1..].iter().copied(), interrupt)
}

/// Clusters `n` symbols by average linkage. `row(i)` must return the correlations of symbol `i`
/// with each symbol after it.
fn link<R: Iterator<Item = f64>>(
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

/// Clusters the symbols and returns the order of the leaves in the resulting tree, as indices into
/// `names`.
///
/// The symbols are sorted by name before they are clustered, and in every merge the branch with the
/// alphabetically first name comes first. The result therefore depends only on the names and
/// correlations, not on the order of the input, and ties are broken by name.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] unless the matrix has one row and one column per name,
/// [`Reason::NotFinite`] if a correlation is NaN, and [`Reason::Interrupted`] if the caller stops
/// the computation.
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
    let merges = link(n, row, interrupt)?;

    // A cluster is a list of leaves. The leaf whose name comes first in the alphabet is the first
    // one in the list.
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
mod tests;
