//! Reduces long series to the few points that a drawing needs. The first and the last value are
//! always among them.

/// Returns at most `most` of the indices from 0 to `count - 1`, evenly spread, in ascending order.
pub fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most || most < 2 {
        return (0..count.min(most)).collect();
    }
    (0..most).map(|point| point * (count - 1) / (most - 1)).collect()
}

/// Returns at most `most` of the values, evenly spread and scaled so that the lowest is 0 and the
/// highest 99. If all are equal, they become 50.
pub fn scaled(values: &[f64], most: usize) -> Vec<u8> {
    let chosen: Vec<f64> = spread(values.len(), most).into_iter().map(|index| values[index]).collect();
    let low = chosen.iter().copied().fold(f64::INFINITY, f64::min);
    let high = chosen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // The casts saturate, and the values are between 0 and 99.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let scale = |value: f64| if high > low { ((value - low) / (high - low) * 99.0).round() as u8 } else { 50 };
    chosen.into_iter().map(scale).collect()
}

/// Returns at most `most` of the values, evenly spread, each relative to `first` in tenths of a
/// percent: 1000 if it equals `first`.
pub fn indexed(values: &[f64], first: f64, most: usize) -> Vec<i32> {
    // The cast saturates, and no curve can show values of more than a million times the first.
    #[allow(clippy::cast_possible_truncation)]
    let index = |value: f64| (value / first * 1000.0).round().clamp(-1e9, 1e9) as i32;
    spread(values.len(), most).into_iter().map(|at| index(values[at])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{indexed, scaled, spread};

    proptest! {
        #[test]
        fn keeps_first_and_last_of_any_series(count in 1_usize..2_000, most in 2_usize..200) {
            let chosen = spread(count, most);
            prop_assert_eq!((chosen[0], chosen[chosen.len() - 1]), (0, count - 1));
            prop_assert_eq!(chosen.len(), count.min(most));
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn scales_lowest_and_highest_value() {
        assert_eq!(scaled(&[1.0, 3.0, 2.0], 9), [0, 99, 50]);
        assert_eq!(scaled(&[7.0, 7.0], 9), [50, 50]);
        assert_eq!(scaled(&[], 9), [] as [u8; 0]);
    }

    #[test]
    fn starts_indexed_values_at_one_thousand() {
        assert_eq!(indexed(&[50.0, 55.0, -5.0], 50.0, 9), [1000, 1100, -100]);
        assert_eq!(indexed(&[1e-9, 1e12], 1e-9, 9)[1], 1_000_000_000);
    }
}
