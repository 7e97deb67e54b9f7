//! Dividends of a share, recovered from its two price series, and the yield that they add up to.
//!
//! An adjusted close differs from the close by the dividends that the share paid later: on an
//! ex-date with dividend `d`, the factor `A/C` rises by `1/(1 - d/C_p)`, where `C_p` is the close
//! of the day before (CRSP; Tiingo's adjusted closes are built in the same way). A source with one
//! price column has the same factor on every day, so it has no dividends.

use super::{rounding::half_unit, sums::sum};

/// Smallest dividend that counts, as a fraction of the close before it, if the prices are not
/// rounded. A smaller one is an arithmetic error.
const SMALLEST_DIVIDEND: f64 = 1e-6;

/// Number of calendar rows whose dividends make up the dividend yield: one year.
const YIELD_ROWS: usize = 252;

/// Computes the dividend of each calendar row in dollars per share, or 0 on a row without one.
///
/// `close` and `adj_close` have one element per row. On a row on which both have a price, the
/// dividend is `C_p·(1 - (A_p/C_p)/(A/C))`, where `p` is the latest earlier row with both prices.
/// A dividend counts only if it exceeds what rounded prices explain: with half units `h` of the two
/// columns, `(h_A/A_p + h_C/C_p + h_A/A + h_C/C)·C_p`. Returns an empty vector if there is no
/// dividend on any row.
pub fn dividends(close: &[Option<f64>], adj_close: &[Option<f64>]) -> Vec<f64> {
    let rows = close.len().min(adj_close.len());
    let mut dividends = Vec::new();
    // Half units are computed for the first dividend, because most series have none.
    let mut half_units = None;
    // Close and adjusted close on the latest row with both prices.
    let mut before: Option<(f64, f64)> = None;
    for (row, prices) in close.iter().zip(adj_close).enumerate() {
        let (Some(price), Some(adjusted)) = (valid(*prices.0), valid(*prices.1)) else { continue };
        if let Some((price_before, adjusted_before)) = before.replace((price, adjusted)) {
            let share = 1.0 - adjusted_before / price_before / (adjusted / price);
            if !share.is_finite() || share <= SMALLEST_DIVIDEND {
                continue;
            }
            let (half, half_adjusted) = *half_units.get_or_insert_with(|| (half_unit(close), half_unit(adj_close)));
            let rounding =
                half_adjusted / adjusted_before + half / price_before + half_adjusted / adjusted + half / price;
            if share > rounding {
                dividends.resize(rows, 0.0);
                dividends[row] = share * price_before;
            }
        }
    }
    dividends
}

/// Computes the dividend yield as of each row, as a fraction per year: the dividends of the last
/// 252 rows divided by the latest close. It is 0 on a row without a close so far, and if it is
/// negative or not finite.
///
/// `dividends` are those of [`dividends()`], and may be empty.
pub fn dividend_yields(dividends: &[f64], close: &[Option<f64>]) -> Vec<f64> {
    let mut latest = None;
    let yield_on = |(row, price): (usize, &Option<f64>)| {
        latest = valid(*price).or(latest);
        let year = dividends.get((row + 1).saturating_sub(YIELD_ROWS)..=row).unwrap_or_default();
        let paid = sum(year, |dividend| dividend);
        latest.map(|close| paid / close).filter(|ratio| ratio.is_finite() && *ratio >= 0.0).unwrap_or(0.0)
    };
    close.iter().enumerate().map(yield_on).collect()
}

/// Returns the price if it is positive and finite.
fn valid(price: Option<f64>) -> Option<f64> {
    price.filter(|price| price.is_finite() && *price > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Adjusts closes for the dividends of each row, as data providers do: from the last row
    /// backwards, each dividend multiplies all earlier prices by `1 - d/C_p`.
    fn adjusted(close: &[Option<f64>], dividends: &[f64]) -> Vec<Option<f64>> {
        let mut factor = 1.0;
        let mut adjusted = close.to_vec();
        for row in (0..close.len()).rev() {
            adjusted[row] = close[row].map(|close| close * factor);
            let before = close[..row].iter().rev().find_map(|close| *close);
            factor *= before.map_or(1.0, |before| 1.0 - dividends[row] / before);
        }
        adjusted
    }

    #[test]
    fn recovers_dividend_from_two_price_columns() {
        // The share falls from 100 to 99 on the day on which it pays 1, so its adjusted close
        // before is 99, and its return is zero.
        let paid = dividends(&[Some(100.0), Some(99.0)], &[Some(99.0), Some(99.0)]);
        assert_eq!((paid[0], (paid[1] - 1.0).abs() < 1e-12), (0.0, true));
    }

    #[test]
    fn takes_last_row_with_both_prices() {
        let close = [Some(100.0), None, Some(50.0), Some(98.0)];
        let paid = dividends(&close, &[Some(98.0), Some(1.0), None, Some(98.0)]);
        assert!((paid[3] - 2.0).abs() < 1e-12 && paid[..3] == [0.0; 3], "{paid:?}");
    }

    #[test]
    fn finds_no_dividends_in_one_price_column() {
        let close = [Some(3.1), Some(2.7), None, Some(2.9)];
        assert_eq!(dividends(&close, &close), Vec::<f64>::new());
    }

    #[test]
    fn ignores_factor_changes_of_a_millionth() {
        let price = 100.0 / 3.0;
        let paid = |factor: f64| dividends(&[Some(price), Some(price)], &[Some(price), Some(price * factor)]);
        assert_eq!((paid(1.0 + 0.9e-6), paid(0.99)), (Vec::new(), Vec::new()));
        assert!(!paid(1.0 + 1.1e-6).is_empty());
    }

    #[test]
    fn ignores_dividends_that_rounding_explains() {
        // Prices in cents: the factor rises from 0.900 to 0.902, or to 0.906.
        let paid = |adjusted: f64| dividends(&[Some(5.0), Some(5.0)], &[Some(4.5), Some(adjusted)]);
        assert_eq!(paid(4.51), Vec::<f64>::new());
        assert!(!paid(4.53).is_empty());
    }

    #[test]
    fn divides_dividends_of_a_year_by_latest_close() {
        let close: Vec<_> = (0..300).map(|row| Some(50.0).filter(|_| row < 280)).collect();
        let mut paid = vec![0.0; 300];
        paid[10] = 1.0;
        paid[200] = 2.0;
        let yields = dividend_yields(&paid, &close);
        assert_eq!([yields[9], yields[10], yields[200], yields[261], yields[262]], [0.0, 0.02, 0.06, 0.06, 0.04]);
        assert_eq!((yields[299], dividend_yields(&[], &close)[299]), (0.04, 0.0));
    }

    #[test]
    fn reports_zero_yield_before_first_close() {
        assert_eq!(dividend_yields(&[0.0, 1.0, 0.0], &[None, None, Some(4.0)]), [0.0, 0.0, 0.25]);
    }

    proptest! {
        #[test]
        fn recovers_every_dividend_that_was_paid(
            close in prop::collection::vec(prop::option::weighted(0.9, 5.0..500.0f64), 2..40),
            paid in prop::collection::vec(prop::option::weighted(0.2, 0.01..3.0f64), 40),
        ) {
            // A dividend falls on a day with a price, after another one.
            let first = close.iter().position(Option::is_some).unwrap_or(close.len());
            let paid: Vec<f64> = close
                .iter()
                .zip(&paid)
                .enumerate()
                .map(|(row, (close, paid))| paid.filter(|_| close.is_some() && row > first).unwrap_or(0.0))
                .collect();
            let found = dividends(&close, &adjusted(&close, &paid));
            for (row, paid) in paid.iter().enumerate() {
                let found = found.get(row).copied().unwrap_or(0.0);
                prop_assert!((found - paid).abs() < 1e-9, "row {row}: {found} is not {paid}");
            }
        }
    }
}
