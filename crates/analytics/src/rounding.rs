//! Detects returns that differ from each other only because prices are rounded.
//!
//! A rounded price is known only to within half a unit of its last digit. A return computed from
//! two such prices is therefore known only to lie in an interval, from the smallest to the largest
//! ratio that the unrounded prices can have (interval arithmetic, Moore 1966). If a single growth
//! rate lies in the intervals of all returns, rounding alone explains why the returns differ. Their
//! variance is then noise, and so is every ratio or correlation that divides by it. This criterion
//! needs no threshold.
//!
//! The unit of a series is the largest power of ten, but at most one cent, such that every price of
//! the series is a multiple of it. If no power of ten down to 1e-15 qualifies, the prices count as
//! unrounded, that is, as exact up to floating-point error (Higham 2002, §2.2). An adjusted close
//! is computed from a close, so it is no more exact than that close.

/// Minimum number of returns that [`steady_returns`] reports; smaller counts are reported as 0. No
/// ratio or correlation is computed from fewer returns.
const MIN_STEADY: usize = 30;
/// Number of decimals in a price quoted in cents. One cent is the coarsest unit that is tried.
const CENT_DECIMALS: i32 = 2;
/// Maximum number of decimals of a rounded price. A price with more decimals is treated as not
/// rounded.
const MAX_DECIMALS: i32 = 15;
/// A price counts as rounded only if it is less than this many units. The bound is 10^15 because an
/// `f64` can tell apart all decimal numbers of up to 15 digits, but not all longer ones.
const LARGEST_DECIMAL: f64 = 1e15;
/// Relative error assumed for a price that is not rounded: the rounding error of a few
/// floating-point operations.
const ARITHMETIC: f64 = 8.0 * f64::EPSILON;
/// Relative width up to which the intersection of intervals counts as a single point. Intervals
/// that have only one point in common do not count as overlapping.
const TOUCHING: f64 = 8.0 * f64::EPSILON;

/// Counts the daily returns at the end of `adj_close` that differ from each other only because
/// prices are rounded. Returns 0 if there are fewer than 30.
///
/// `adj_close` and `close` have one element per calendar row. A row has a return if that row and
/// the previous one both have a price.
pub fn steady_returns(adj_close: &[Option<f64>], close: &[Option<f64>]) -> usize {
    let (adjusted_half_unit, close_half_unit) = (half_unit(adj_close), half_unit(close));
    steady_levels(adj_close, |row, price| {
        let close = close.get(row).copied().flatten().filter(|close| is_price(*close));
        let of_close = close.map_or(0.0, |close| close_half_unit / close * price);
        rounding_error(adjusted_half_unit.max(of_close), price)
    })
}

/// Counts the returns at the end of a series of levels that differ from each other only because
/// each level is known to within an error. Returns 0 if there are fewer than 30.
///
/// `error` returns the absolute error of a level, given its row and its value.
pub fn steady_levels(levels: &[Option<f64>], error: impl Fn(usize, f64) -> f64) -> usize {
    let (mut low, mut high) = (0.0_f64, f64::INFINITY);
    let mut steady = 0;
    for row in (1..levels.len()).rev() {
        let level = |row: usize| levels[row].filter(|level| is_price(*level));
        let (Some(before), Some(after)) = (level(row - 1), level(row)) else { continue };
        let (error_before, error_after) = (error(row - 1, before) / before, error(row, after) / after);
        let growth = after / before;
        low = low.max(growth * (1.0 - error_after) / (1.0 + error_before));
        high = high.min(growth * (1.0 + error_after) / (1.0 - error_before));
        // If a bound is NaN, the comparison is false, so the return counts as not explained by
        // rounding.
        let is_explained = high > low * (1.0 + TOUCHING);
        if !is_explained {
            break;
        }
        steady += 1;
    }
    if steady < MIN_STEADY { 0 } else { steady }
}

/// Returns how far a price or value can be from what it was before rounding, given the error that
/// its unit causes; see [`half_unit`].
pub fn rounding_error(half_unit: f64, price: f64) -> f64 {
    half_unit.max(ARITHMETIC * price)
}

/// Returns half of the unit to which the prices are rounded, in dollars, or 0 for unrounded prices.
pub fn half_unit(prices: &[Option<f64>]) -> f64 {
    let mut decimals = CENT_DECIMALS;
    for price in prices.iter().flatten().filter(|price| is_price(**price)) {
        while !is_multiple(*price, decimals) {
            decimals += 1;
            if decimals > MAX_DECIMALS {
                return 0.0;
            }
        }
    }
    0.5 / 10_f64.powi(decimals)
}

/// Returns whether `price` has at most `decimals` decimal places, up to the rounding error of
/// `f64`.
fn is_multiple(price: f64, decimals: i32) -> bool {
    let units = price * 10_f64.powi(decimals);
    units < LARGEST_DECIMAL && (units - units.round()).abs() <= 2.0 * f64::EPSILON * units
}

fn is_price(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steady(prices: impl IntoIterator<Item = f64>) -> usize {
        let prices: Vec<_> = prices.into_iter().map(Some).collect();
        steady_returns(&prices, &prices)
    }

    fn rounded(price: f64, decimals: usize) -> f64 {
        format!("{price:.decimals$}").parse().unwrap()
    }

    #[test]
    fn recognizes_units_of_prices() {
        let unit = |prices: &[f64]| half_unit(&prices.iter().copied().map(Some).collect::<Vec<_>>());
        assert_eq!(unit(&[100.0, 7.0]), 0.005);
        assert_eq!(unit(&[100.25, 7.1234]), 0.000_05);
        assert_eq!(unit(&[1.0 / 3.0]), 0.0);
    }

    #[test]
    fn keeps_moves_between_two_ticks() {
        // Prices alternate between 100.00 and 100.01. The only constant price that could be rounded
        // to both is exactly 100.005, so the intervals of the returns have just one point in
        // common. This does not count as overlapping.
        assert_eq!(steady((0..90).map(|row| if row % 2 == 0 { 100.0 } else { 100.01 })), 0);
    }

    #[test]
    fn limits_precision_to_that_of_close() {
        let close: Vec<_> = (0..90).map(|row| Some(rounded(50.0 * 1.0002_f64.powi(row), 2))).collect();
        let adjusted: Vec<_> = close.iter().map(|close| close.map(|close| close * 0.987_654_321_1)).collect();
        assert_eq!((steady_returns(&adjusted, &close), steady_returns(&adjusted, &adjusted)), (89, 0));
    }

    /// Tests the threshold for a price known to half a cent of 100 dollars, which is 5e-5 of it. A
    /// return is then known to within about 1e-4, so moves up and down of that size may be rounding
    /// alone.
    #[test]
    fn keeps_moves_just_above_rounding() {
        let moving = |size: f64| {
            let adjusted: Vec<_> =
                (0..90).map(|row| Some(97.3 * if row % 2 == 0 { 1.0 } else { 1.0 + size })).collect();
            steady_returns(&adjusted, &[Some(100.0); 90])
        };
        assert_eq!((moving(0.999e-4), moving(1.001e-4)), (89, 0));
    }

    #[test]
    fn passes_over_rows_without_price() {
        let price = |row: i32| Some(rounded(100.0 * 1.0002_f64.powi(row), 4)).filter(|_| row % 10 != 5);
        let prices: Vec<_> = (0..90).map(price).collect();
        assert_eq!(steady_returns(&prices, &prices), 71);
    }

    #[test]
    fn leaves_short_steady_series_alone() {
        assert_eq!((steady([1.0; 30]), steady([1.0; 31])), (0, 30));
        assert_eq!(steady([]), 0);
    }

    proptest! {
        #[test]
        fn finds_rounded_growth_steady(growth in -0.01..0.01f64, start in 5.0..500.0f64, decimals in 2..9usize) {
            let prices = (0..120).map(|row| rounded(start * (1.0 + growth).powi(row), decimals));
            prop_assert_eq!(steady(prices), 119);
        }

        #[test]
        fn keeps_moves_above_rounding(returns in prop::collection::vec(-0.05..0.05f64, 60)) {
            let mut price = 100.0;
            let prices = returns.iter().map(|r| { price *= 1.0 + r; rounded(price, 3) });
            prop_assert_eq!(steady(prices.collect::<Vec<_>>()), 0);
        }
    }
}
