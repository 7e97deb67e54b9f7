//! Pearson correlations of many return series, each pair on the rows it shares.
//!
//! It does not repair the matrix: pairs measured on different rows may give one
//! that is not positive semi-definite; see [`super::psd`].

use faer::{ColMut, Mat};

use super::gram::gram;
use super::moments::{mean, sum_of_squares, sum_of_squares_around};
use super::sums::sum_of_pairs;
use super::{Interrupt, Reason};

/// Window of the correlations, in calendar rows.
pub const WINDOW: usize = 90;
/// Fewest rows a pair must share.
pub const MIN_COMMON_ROWS: usize = 30;

/// A series left out of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Its index in the input.
    pub index: usize,
    /// [`Reason::ZeroVariance`], or [`Reason::TooFewRows`] with the rows of the
    /// pair that has fewest (the series with itself included).
    pub reason: Reason,
}

/// Correlations of the series that could be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationMatrix {
    /// Input indices of the rows of `matrix`, ascending.
    pub kept: Vec<usize>,
    /// Symmetric to the last bit, unit diagonal, values in -1 to 1.
    pub matrix: Vec<Vec<f64>>,
    /// The series left out, in the order in which they were.
    pub dropped: Vec<Dropped>,
}

/// Pearson correlation on the rows both series have (Pearson 1895).
///
/// # Errors
/// [`Reason::TooFewRows`] below `min_rows` common rows (at least 2),
/// [`Reason::ZeroVariance`] if a series is constant on them, [`Reason::NotFinite`].
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

/// Correlations over the last `window` rows of series that share a calendar.
///
/// A pair is usable with at least `min_rows` common rows on which both vary.
/// Series that are unusable by themselves go first. Then, while a pair is
/// unusable, the series in most unusable pairs goes; at a tie the one with the
/// fewest rows of its own, then the later one.
///
/// Takes time and memory in proportion to the square of the number of series, however many drop
/// out.
///
/// # Errors
/// [`Reason::ShapeMismatch`] if the series differ in length; [`Reason::Interrupted`].
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
    // NaN for a pair that is unusable.
    let mut all = vec![vec![1.0; cut.len()]; cut.len()];
    for (at, &i) in kept.iter().enumerate() {
        interrupt.check()?;
        for &j in &kept[at + 1..] {
            let rho = correlation(i, j).unwrap_or(f64::NAN);
            (all[i][j], all[j][i]) = (rho, rho);
        }
    }
    let mut unusable = UnusablePairs::new(&all, &cut);
    while let Some(at) = unusable.worst_of(&kept) {
        interrupt.check()?;
        let index = kept.remove(at);
        let partners: Vec<usize> = kept.iter().copied().filter(|&partner| all[index][partner].is_nan()).collect();
        let reasons = partners.iter().filter_map(|&partner| correlation(index.min(partner), index.max(partner)).err());
        // The first of those with the fewest rows; there is one, since it has a partner.
        let reason = reasons.min_by_key(rows_of_reason).unwrap_or(Reason::NotFinite);
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

/// Products of the series without a hole, centred and of length 1: their correlations.
struct Units {
    /// Whether a series has no hole, and varies.
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
        // Of a pair that which stands below the diagonal: a column lies side by side in memory.
        (self.is_whole[i] && self.is_whole[j]).then(|| self.products[(i.max(j), i.min(j))])
    }
}

/// Writes a series centred and of length 1. `None` for one with a hole, or that does not vary.
fn write_unit(series: &[Option<f64>], unit: ColMut<'_, f64>) -> Option<()> {
    let values: Vec<f64> = series.iter().copied().collect::<Option<_>>()?;
    let mean = mean(&values)?;
    let length = sum_of_squares_around(&values, mean).filter(|squares| *squares > 0.0)?.sqrt();
    unit.iter_mut().zip(&values).for_each(|(unit, value)| *unit = (value - mean) / length);
    Some(())
}

/// How many unusable pairs each series is part of.
struct UnusablePairs {
    counts: Vec<usize>,
    /// Rows that each series has by itself.
    own_rows: Vec<usize>,
}

impl UnusablePairs {
    fn new(all: &[Vec<f64>], cut: &[&[Option<f64>]]) -> Self {
        Self {
            counts: all.iter().map(|row| row.iter().filter(|rho| rho.is_nan()).count()).collect(),
            own_rows: cut.iter().map(|series| series.iter().flatten().count()).collect(),
        }
    }

    /// The place in `kept` of the next series to leave out, if any of its pairs is unusable.
    fn worst_of(&self, kept: &[usize]) -> Option<usize> {
        let unusable = kept.iter().enumerate().filter(|(_, index)| self.counts[**index] > 0);
        let rank = |index: usize| (self.counts[index], std::cmp::Reverse(self.own_rows[index]), index);
        unusable.max_by_key(|(_, index)| rank(**index)).map(|(at, _)| at)
    }
}

fn rows_of_reason(reason: &Reason) -> usize {
    match reason {
        Reason::TooFewRows { have, .. } => *have,
        _ => usize::MAX,
    }
}

#[cfg(test)]
mod tests;
