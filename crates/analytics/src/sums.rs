//! Sums in a fixed order that lets a processor add several numbers in parallel.
//!
//! The elements are taken in groups of eight, and each element of a group is added to its own
//! running total (a "lane"). At the end, the eight lanes are added in pairs. Then the sum of the
//! elements left over after the last full group is added. The order of the additions depends only
//! on the number of elements, so a sum is the same to the last bit on every processor and for any
//! number of threads. The rounding error is usually smaller than if the numbers were added one by
//! one.

const LANES: usize = 8;

/// Computes the sum of `term(x)` over all values, which is 0 for an empty slice.
pub fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().map(|&x| term(x)).sum();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += term(x);
        }
    }
    pairwise(lanes) + rest
}

/// Computes the sum of `term(x, y)` over the pairs of elements with the same index. If one slice is
/// longer, its remaining elements are ignored.
pub fn sum_of_pairs(xs: &[f64], ys: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let rows = xs.len().min(ys.len());
    let (xs, ys) = (xs[..rows].chunks_exact(LANES), ys[..rows].chunks_exact(LANES));
    let rest: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(&x, &y)| term(x, y)).sum();
    let mut lanes = [0.0; LANES];
    for (xs, ys) in xs.zip(ys) {
        for (lane, (&x, &y)) in lanes.iter_mut().zip(xs.iter().zip(ys)) {
            *lane += term(x, y);
        }
    }
    pairwise(lanes) + rest
}

/// Computes the dot product of two slices. If one slice is longer, its remaining elements are
/// ignored.
pub fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    sum_of_pairs(xs, ys, |x, y| x * y)
}

/// Returns the largest absolute value, or 0 for an empty slice.
pub fn largest_magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

fn pairwise([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_empty_slice_to_zero() {
        assert_eq!((sum(&[], |x| x), dot(&[], &[])), (0.0, 0.0));
    }

    #[test]
    fn finds_largest_magnitude_of_negative_number() {
        assert_eq!((largest_magnitude(&[1.0, -3.0, 2.0]), largest_magnitude(&[])), (3.0, 0.0));
    }

    #[test]
    fn ignores_rows_beyond_shorter_slice() {
        assert_eq!(dot(&[1.0, 2.0, 3.0], &[10.0, 100.0]), 210.0);
    }

    proptest! {
        #[test]
        fn adds_whole_numbers_exactly(values in prop::collection::vec(-1000..1000i32, 0..40)) {
            let floats: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            prop_assert_eq!(sum(&floats, |x| x), f64::from(values.iter().sum::<i32>()));
            prop_assert_eq!(dot(&floats, &floats), sum(&floats, |x| x * x));
        }
    }
}
