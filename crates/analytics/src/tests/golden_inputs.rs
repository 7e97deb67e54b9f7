//! Recreates the inputs of `golden_small.json` with the same algorithm that generated them, and
//! defines the tolerance for all comparisons with reference values.

use serde_json::Value;

use crate::eigen::Eigen;
use crate::symmetric::symmetric_matrix;

/// Number of rows in each generated series.
const ROWS: usize = 300;
/// Number of generated return series, not counting the market's.
const SERIES: usize = 8;

/// Parses the JSON text of a file with reference values.
pub(super) fn reference(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Returns the reference values of `golden_small.json`, which are used to test most formulas.
pub(super) fn golden() -> Value {
    reference(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/golden_small.json")))
}

/// Generated return series: one for the market, and eight for symbols.
pub(super) struct Inputs {
    pub(super) market: Vec<f64>,
    /// Returns of the eight symbols, without gaps.
    pub(super) series: Vec<Vec<f64>>,
    /// Returns of the eight symbols as in `series`, but with about 15% of the values missing.
    pub(super) with_gaps: Vec<Vec<Option<f64>>>,
}

/// Generates the test series with a linear congruential generator. Each normally distributed number
/// is approximated by the sum of twelve uniformly distributed ones, minus 6.
pub(super) fn inputs() -> Inputs {
    let mut state: u64 = 42;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 * 2f64.powi(-53)
    };
    let mut normal = || (0..12).fold(0.0, |sum, _| sum + uniform()) - 6.0;
    let market: Vec<f64> = (0..ROWS).map(|_| 0.0003 + 0.01 * normal()).collect();
    let mut series = vec![Vec::new(); SERIES];
    for market in &market {
        for (k, column) in series.iter_mut().enumerate() {
            column.push((0.3 + 0.2 * k as f64) * market + 0.012 * normal());
        }
    }
    // Chooses the missing values at random, row by row in the order of the values, so that they are
    // the same as in the reference file.
    let gaps: Vec<bool> = (0..ROWS * SERIES).map(|_| uniform() < 0.15).collect();
    let value = |row: usize, k: usize| (!gaps[row * SERIES + k]).then_some(series[k][row]);
    let with_gaps = (0..SERIES).map(|k| (0..ROWS).map(|row| value(row, k)).collect()).collect();
    Inputs { market, series, with_gaps }
}

/// Returns the numbers in a JSON value in the order in which they appear. The value must be a
/// number or a nested array of numbers.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

/// Converts a JSON array of arrays to the rows of a matrix.
pub(super) fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Computes the eigenvalues of a symmetric matrix, in ascending order.
pub(super) fn eigenvalues(matrix: &[Vec<f64>]) -> Vec<f64> {
    Eigen::new(&symmetric_matrix(matrix).unwrap()).unwrap().values
}

/// Asserts `|ours - reference| ≤ 1e-12 + 1e-9·|reference|` for every element. Prints the largest
/// error as a fraction of this tolerance.
pub(super) fn agree(name: &str, ours: &[f64], reference: &Value) {
    let reference = numbers(reference);
    assert_eq!(ours.len(), reference.len(), "{name}");
    let used = |(ours, reference): (&f64, &f64)| (ours - reference).abs() / (1e-12 + 1e-9 * reference.abs());
    let worst = ours.iter().zip(&reference).map(used).fold(0.0, f64::max);
    println!("golden {name}: {worst:.1e} of the tolerance");
    assert!(worst <= 1.0, "{name}: {ours:?} against {reference:?}");
}
