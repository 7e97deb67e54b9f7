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
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `n` returns that alternate between plus and minus `size`.
    fn alternating(size: f64, n: usize) -> Vec<f64> {
        (0..n).map(|t| if t % 2 == 0 { size } else { -size }).collect()
    }

    /// 21 returns of one size, then 21 of another.
    fn two_months(earlier: f64, today: f64) -> Vec<f64> {
        [alternating(earlier, 21), alternating(today, 21)].concat()
    }

    #[test]
    fn realised_volatility_takes_the_last_returns_only() {
        // Mean 0.02, deviations ±0.01: variance 2e-4.
        let volatility = realised_volatility(&[9.0, 0.01, 0.03], 2).unwrap();
        assert!((volatility - (252.0 * 2e-4_f64).sqrt()).abs() < 1e-12, "{volatility}");
    }

    #[test]
    fn a_window_longer_than_the_series_has_no_volatility() {
        assert_eq!(realised_volatility(&[0.01, 0.03], 3), None);
    }

    #[test]
    fn rolling_volatility_has_one_value_a_full_window() {
        assert_eq!(rolling_volatility(&[0.01, 0.02, 0.05], 2).len(), 2);
    }

    #[test]
    fn the_highest_volatility_of_the_year_is_at_one() {
        let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r * t as f64).collect();
        assert_eq!(volatility_percentile(&returns), Some(1.0));
    }

    #[test]
    fn the_lowest_volatility_of_the_year_counts_itself() {
        let returns: Vec<f64> = alternating(0.01, 272).iter().enumerate().map(|(t, r)| r / (t + 1) as f64).collect();
        assert_eq!(volatility_percentile(&returns), Some(1.0 / 252.0));
    }

    #[test]
    fn a_percentile_needs_a_full_year_of_rolling_volatilities() {
        assert_eq!(volatility_percentile(&alternating(0.01, 271)), None);
    }

    #[test]
    fn a_trend_needs_two_separate_months() {
        assert_eq!(volatility_trend(&alternating(0.01, 41)), None);
    }

    #[test]
    fn volatility_eleven_percent_up_is_rising() {
        assert_eq!(volatility_trend(&two_months(0.01, 0.0111)), Some(Trend::Rising));
    }

    #[test]
    fn volatility_eleven_percent_down_is_falling() {
        assert_eq!(volatility_trend(&two_months(0.01, 0.0089)), Some(Trend::Falling));
    }

    #[test]
    fn volatility_nine_percent_up_is_stable() {
        assert_eq!(volatility_trend(&two_months(0.01, 0.0109)), Some(Trend::Stable));
    }

    #[test]
    fn a_month_without_movement_has_no_trend() {
        assert_eq!(volatility_trend(&two_months(0.0, 0.01)), None);
    }

    /// Few sizes, so that many windows tie with today's.
    fn tied() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop::sample::select(vec![0.0, 0.01, -0.01]), 272..300)
    }

    proptest! {
        #[test]
        fn the_percentile_is_the_rank_among_the_exact_volatilities(
            returns in prop_oneof![tied(), prop::collection::vec(-0.1..0.1f64, 272..300)],
        ) {
            let rolling = rolling_volatility(&returns, ROLLING_WINDOW);
            let ranked = &rolling[rolling.len() - PERCENTILE_WINDOW..];
            let law = ranked.iter().filter(|v| *v <= ranked.last().unwrap()).count() as f64 / 252.0;
            prop_assert_eq!(volatility_percentile(&returns), Some(law));
        }

        #[test]
        fn the_last_rolling_value_is_todays_volatility(
            returns in prop::collection::vec(-0.1..0.1f64, 21..60),
        ) {
            let rolling = rolling_volatility(&returns, 21);
            prop_assert_eq!(rolling.last().copied(), realised_volatility(&returns, 21));
        }
    }
}
