//! Pearson correlations of many return series. Each pair is correlated over its common rows, that
//! is, the rows on which both series have a value.
//!
//! Because different pairs may use different rows, the matrix may not be positive semi-definite;
//! [`super::psd`] repairs it.

use faer::{ColMut, Mat};

use super::gram::gram;
use super::moments::{mean, sum_of_squares, sum_of_squares_around};
use super::sums::sum_of_pairs;
use super::{Interrupt, Reason};

/// Length of the correlation window, in calendar rows.
pub const WINDOW: usize = 90;
/// Minimum number of rows that two series must have in common to be correlated.
pub const MIN_COMMON_ROWS: usize = 30;

/// A series that was left out of the correlation matrix, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Index of the series in the input of [`correlation_matrix`].
    pub index: usize,
    /// Reason for leaving out the series: [`Reason::ZeroVariance`], [`Reason::NotFinite`] or
    /// [`Reason::TooFewRows`]. If the series is too short on its own, `TooFewRows` contains the
    /// number of its own rows. Otherwise it contains the smallest number of rows that the series
    /// has in common with another series that was not dropped before it.
    pub reason: Reason,
}

/// Correlation matrix of the usable series, and the series that were left out.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationMatrix {
    /// For each row of `matrix`, the index of its series in the input, in ascending order.
    pub kept: Vec<usize>,
    /// Correlations from -1 to 1. The matrix is symmetric to the last bit and has ones on the
    /// diagonal.
    pub matrix: Vec<Vec<f64>>,
    /// Series that were left out, in the order in which they were dropped.
    pub dropped: Vec<Dropped>,
}

/// Computes the Pearson correlation of two series over their common rows (Pearson 1895).
///
/// # Errors
/// Returns [`Reason::TooFewRows`] if the series have fewer than `min_rows` common rows (at least 2
/// are always required), [`Reason::ZeroVariance`] if a series is constant on the common rows, and
/// [`Reason::NotFinite`] if a value or the result is not finite.
pub fn pearson(x: &[Option<f64>], y: &[Option<f64>], min_rows: usize) -> Result<f64, Reason> {
    let (x, y): (Vec<f64>, Vec<f64>) = x.iter().zip(y).filter_map(|(x, y)| Some(((*x)?, (*y)?))).unzip();
    let need = min_rows.max(2);
    if x.len() < need {
        return Err(Reason::TooFewRows { have: x.len(), need });
    }
    let finite = |value: Option<f64>| value.ok_or(Reason::NotFinite);
    let (x_mean, y_mean) = (finite(mean(&x))?, finite(mean(&y))?);
    let (xx, yy) = (finite(sum_of_squares(&x))?, finite(sum_of_squares(&y))?);
    if xx == 0.0 || yy == 0.0 {
        return Err(Reason::ZeroVariance);
    }
    let xy = sum_of_pairs(&x, &y, |x, y| (x - x_mean) * (y - y_mean));
    finite(Some(xy / (xx.sqrt() * yy.sqrt())).filter(|r| r.is_finite())).map(|r| r.clamp(-1.0, 1.0))
}

/// Computes the correlation of every pair of series over the last `window` rows of their common
/// calendar.
///
/// A pair is usable if its series have at least `min_rows` common rows and both vary on them.
/// Series that are too short, constant or not finite on their own are dropped first. Then, as long
/// as there are unusable pairs, the series that is in the most of them is dropped. If several
/// series are tied, the one with the fewest values is dropped. If there is still a tie, the one
/// that comes last in the input is dropped.
///
/// Time and memory are proportional to the square of the number of series, no matter how many are
/// dropped.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if the series differ in length, and [`Reason::Interrupted`] if
/// the caller stops the computation.
pub fn correlation_matrix<S: AsRef<[Option<f64>]>>(
    series: &[S],
    window: usize,
    min_rows: usize,
    interrupt: Interrupt<'_>,
) -> Result<CorrelationMatrix, Reason> {
    let rows = series.first().map_or(0, |s| s.as_ref().len());
    if series.iter().any(|s| s.as_ref().len() != rows) {
        return Err(Reason::ShapeMismatch);
    }
    let cut: Vec<&[Option<f64>]> = series.iter().map(|s| &s.as_ref()[rows.saturating_sub(window)..]).collect();
    let units = Units::from_series(&cut);
    let correlation = |i: usize, j: usize| match units.product(i, j) {
        Some(rho) if window.min(rows) >= min_rows => Ok(rho.clamp(-1.0, 1.0)),
        _ => pearson(cut[i], cut[j], min_rows),
    };
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    for (index, s) in cut.iter().enumerate() {
        match pearson(s, s, min_rows) {
            Ok(_) => kept.push(index),
            Err(reason) => dropped.push(Dropped { index, reason }),
        }
    }
    // The correlation of an unusable pair is NaN in this matrix.
    let mut all = vec![vec![1.0; cut.len()]; cut.len()];
    for (at, &i) in kept.iter().enumerate() {
        interrupt.check()?;
        for &j in &kept[at + 1..] {
            let rho = correlation(i, j).unwrap_or(f64::NAN);
            (all[i][j], all[j][i]) = (rho, rho);
        }
    }
    let mut unusable = UnusablePairs::new(&all, &cut);
    while let Some(at) = unusable.worst(&kept) {
        interrupt.check()?;
        let index = kept.remove(at);
        let partners: Vec<usize> = kept.iter().copied().filter(|&partner| all[index][partner].is_nan()).collect();
        let reasons = partners.iter().filter_map(|&partner| correlation(index.min(partner), index.max(partner)).err());
        // The dropped series is in one or more unusable pairs. Reports why the pair with the fewest
        // common rows is unusable. If there is a tie, reports the reason of the first such pair.
        let reason = reasons.min_by_key(common_rows_in).unwrap_or(Reason::NotFinite);
        for partner in partners {
            unusable.counts[partner] -= 1;
        }
        dropped.push(Dropped { index, reason });
    }
    let matrix = if dropped.is_empty() {
        all
    } else {
        kept.iter().map(|&i| kept.iter().map(|&j| all[i][j]).collect()).collect()
    };
    Ok(CorrelationMatrix { kept, matrix, dropped })
}

/// Correlations of all series without gaps, computed in one matrix product. Each series is centered
/// and scaled to a vector of length 1, so the dot product of two series is their correlation.
struct Units {
    /// For each series, whether it varies and has no gaps.
    is_whole: Vec<bool>,
    products: Mat<f64>,
}

impl Units {
    fn from_series(series: &[&[Option<f64>]]) -> Self {
        let mut units = Mat::zeros(series.first().map_or(0, |series| series.len()), series.len());
        let columns = units.col_iter_mut().zip(series);
        let is_whole = columns.map(|(column, series)| write_unit(series, column).is_some()).collect();
        Self { is_whole, products: gram(units.transpose()) }
    }

    fn product(&self, i: usize, j: usize) -> Option<f64> {
        // Reads the entry below the diagonal. Because the matrix is column-major, these entries are
        // adjacent in memory for consecutive `j`.
        (self.is_whole[i] && self.is_whole[j]).then(|| self.products[(i.max(j), i.min(j))])
    }
}

/// Writes `series` to `unit`, centered and scaled to a vector of length 1. Returns `None` if the
/// series has a gap or is constant.
fn write_unit(series: &[Option<f64>], unit: ColMut<'_, f64>) -> Option<()> {
    let values: Vec<f64> = series.iter().copied().collect::<Option<_>>()?;
    let mean = mean(&values)?;
    let length = sum_of_squares_around(&values, mean).filter(|squares| *squares > 0.0)?.sqrt();
    unit.iter_mut().zip(&values).for_each(|(unit, value)| *unit = (value - mean) / length);
    Some(())
}

/// For each series, the number of other series with which it cannot be correlated.
struct UnusablePairs {
    counts: Vec<usize>,
    /// For each series, the number of rows on which it has a value.
    own_rows: Vec<usize>,
}

impl UnusablePairs {
    fn new(all: &[Vec<f64>], cut: &[&[Option<f64>]]) -> Self {
        Self {
            counts: all.iter().map(|row| row.iter().filter(|rho| rho.is_nan()).count()).collect(),
            own_rows: cut.iter().map(|series| series.iter().flatten().count()).collect(),
        }
    }

    /// Returns the position within `kept` of the series to drop next, or `None` if every pair of
    /// kept series can be correlated.
    fn worst(&self, kept: &[usize]) -> Option<usize> {
        let unusable = kept.iter().enumerate().filter(|(_, index)| self.counts[**index] > 0);
        let rank = |index: usize| (self.counts[index], std::cmp::Reverse(self.own_rows[index]), index);
        unusable.max_by_key(|(_, index)| rank(**index)).map(|(at, _)| at)
    }
}

fn common_rows_in(reason: &Reason) -> usize {
    match reason {
        Reason::TooFewRows { have, .. } => *have,
        _ => usize::MAX,
    }
}

#[cfg(test)]
mod tests;
