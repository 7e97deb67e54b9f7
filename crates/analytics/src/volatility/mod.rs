//! Realised volatility: over a window, rolling, as a percentile, as a trend.
//!
//! It takes the symbol's own returns, oldest first and without gaps; see
//! [`super::returns::Returns`]. It does not forecast; see [`super::har`].

use super::{
    moments::{annualised_volatility, mean},
    sums::sum,
};

/// Windows of the realised volatilities, in return rows.
pub const WINDOWS: [usize; 3] = [21, 63, 252];
/// Window of the rolling volatility, in return rows.
pub const ROLLING_WINDOW: usize = 21;
/// Rolling volatilities among which today's is ranked.
pub const PERCENTILE_WINDOW: usize = 252;
/// How far moving sums of squares may be off, as a share of the largest of them; rounding makes it 1e-13.
const MOVING_SUM_ERROR: f64 = 1e-10;
/// Relative change within which a trend is stable.
const STABLE_BAND: f64 = 0.10;

/// Where volatility is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// More than 10 % above 21 days ago.
    Rising,
    /// More than 10 % below 21 days ago.
    Falling,
    /// Within 10 % of 21 days ago.
    Stable,
}

/// Annualised volatility of the last `window` returns.
/// `None` if there are fewer, or `window` is below 2.
pub fn realised_volatility(returns: &[f64], window: usize) -> Option<f64> {
    annualised_volatility(returns.get(returns.len().checked_sub(window)?..)?)
}

/// Annualised volatility of every `window` consecutive returns, oldest first:
/// `n - window + 1` values. Empty if there are fewer returns, if `window` is
/// below 2, or if a return is not finite.
pub fn rolling_volatility(returns: &[f64], window: usize) -> Vec<f64> {
    if window < 2 {
        return Vec::new();
    }
    returns.windows(window).map(annualised_volatility).collect::<Option<_>>().unwrap_or_default()
}

/// Share of the last 252 rolling 21-day volatilities that are at most today's,
/// today's included: above 0 and at most 1. `None` below 272 returns.
///
/// Sums that move with the window rank most of them; those too close to today's to tell are computed one by one, so the
/// rank is that of the exact values, ties included.
pub fn volatility_percentile(returns: &[f64]) -> Option<f64> {
    let rows = PERCENTILE_WINDOW + ROLLING_WINDOW - 1;
    let ranked = returns.get(returns.len().checked_sub(rows)?..)?;
    let today = annualised_volatility(&ranked[rows - ROLLING_WINDOW..])?;
    let centre = mean(ranked)?;
    let length = ROLLING_WINDOW as f64;
    let scale = super::TRADING_DAYS_PER_YEAR / (length - 1.0);
    let centred: Vec<f64> = ranked.iter().map(|r| r - centre).collect();
    let first = &centred[..ROLLING_WINDOW];
    let (mut total, mut squares) = (sum(first, |x| x), sum(first, |x| x * x));
    let (mut below, mut largest) = (0, squares);
    // Far above the rounding of the sums, and rarely reached.
    let is_close = |moved: f64, largest: f64| {
        (moved - today * today).abs() <= MOVING_SUM_ERROR * (largest * scale + today * today)
    };
    for (start, window) in ranked.windows(ROLLING_WINDOW).enumerate() {
        let moved = (squares - total * total / length) * scale;
        let at_most_today =
            if is_close(moved, largest) { annualised_volatility(window)? <= today } else { moved < today * today };
        below += usize::from(at_most_today);
        if let Some(entering) = centred.get(start + ROLLING_WINDOW) {
            let leaving = centred[start];
            total += entering - leaving;
            squares += entering * entering - leaving * leaving;
            largest = largest.max(squares);
        }
    }
    Some(below as f64 / PERCENTILE_WINDOW as f64)
}

/// Today's 21-day volatility against that of 21 days ago, ±10 % being stable.
/// `None` below 42 returns, or where the earlier volatility is 0.
pub fn volatility_trend(returns: &[f64]) -> Option<Trend> {
    let today = realised_volatility(returns, ROLLING_WINDOW)?;
    let earlier = returns.get(..returns.len().checked_sub(ROLLING_WINDOW)?)?;
    let change = today / realised_volatility(earlier, ROLLING_WINDOW)? - 1.0;
    if !change.is_finite() {
        None
    } else if change > STABLE_BAND {
        Some(Trend::Rising)
    } else if change < -STABLE_BAND {
        Some(Trend::Falling)
    } else {
        Some(Trend::Stable)
    }
}

#[cfg(test)]
mod tests;
