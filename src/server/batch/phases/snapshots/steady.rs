//! Detects portfolios whose returns differ only because prices are rounded.

use analytics::{
    holding::Holding,
    rounding::{half_unit, rounding_error, steady_levels},
};

/// Counts the returns at the end of the calendar that differ only because prices are rounded. This
/// happens if a portfolio consists of funds that grow steadily. `amounts` are the equity and the
/// gross value on each row, and `error` is how far an equity can be from its value without
/// rounding.
pub(super) fn steady_days(holdings: &[Holding], amounts: &[(f64, f64)], error: f64) -> usize {
    let mut errors = vec![0.0; amounts.len()];
    let mut known: Option<(&[Option<f64>], f64)> = None;
    for holding in holdings {
        // Lots of one symbol are adjacent and share their prices.
        let half_unit = match known {
            Some((prices, half_unit)) if std::ptr::eq(prices, holding.prices) => half_unit,
            _ => half_unit(holding.prices),
        };
        known = Some((holding.prices, half_unit));
        let units = (holding.quantity * holding.multiplier).abs();
        errors
            .iter_mut()
            .enumerate()
            .filter(|(row, _)| holding.is_held(*row))
            .for_each(|(_, sum)| *sum += units * half_unit);
    }
    let equity: Vec<Option<f64>> = amounts.iter().map(|(equity, _)| Some(*equity)).collect();
    steady_levels(&equity, |row, equity| errors[row] + rounding_error(error, equity.max(amounts[row].1)))
}
