//! Sums in one fixed order, which processors can add several numbers at a time of.
//!
//! Element `i` goes to lane `i mod 8`, the lanes are added pairwise, then what is left over after the last full eight. The
//! order depends on the length alone, so a sum is the same to the last bit on every processor and for any number of
//! threads; and it rounds less than adding one by one does.

const LANES: usize = 8;

/// `Σ term(x)`; 0 for an empty slice.
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

/// `Σ term(x, y)` over the rows both have.
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

/// `Σ x·y` over the rows both have.
pub fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    sum_of_pairs(xs, ys, |x, y| x * y)
}

/// The largest `|x|`, which no order changes; 0 for an empty slice.
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
    fn an_empty_sum_is_zero() {
        assert_eq!((sum(&[], |x| x), dot(&[], &[])), (0.0, 0.0));
    }

    #[test]
    fn the_largest_magnitude_may_be_that_of_a_negative_number() {
        assert_eq!((largest_magnitude(&[1.0, -3.0, 2.0]), largest_magnitude(&[])), (3.0, 0.0));
    }

    #[test]
    fn rows_beyond_the_shorter_one_do_not_count() {
        assert_eq!(dot(&[1.0, 2.0, 3.0], &[10.0, 100.0]), 210.0);
    }

    proptest! {
        #[test]
        fn whole_numbers_add_up_exactly(values in prop::collection::vec(-1000..1000i32, 0..40)) {
            let floats: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            prop_assert_eq!(sum(&floats, |x| x), f64::from(values.iter().sum::<i32>()));
            prop_assert_eq!(dot(&floats, &floats), sum(&floats, |x| x * x));
        }
    }
}
