//! Estimates how long the requests of a run take.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::MarketData;

/// Number of calendar days for which prices are requested. This is long enough to contain 273
/// trading days, the maximum number of dates in the run's calendar.
const DAYS_REQUESTED: u64 = 420;
/// Maximum number of concurrent requests of a run. Concurrent requests keep the response times of a
/// distant provider from adding up. The provider's quota is enforced elsewhere.
pub const MAX_CONCURRENT: usize = 8;
/// A run number that no run has, for estimates before a run exists.
pub(super) const NO_RUN: u64 = u64::MAX;

/// Returns the first and last day for which a run that starts now requests prices.
pub fn requested_dates(source: &dyn MarketData, now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let to = source.last_date(now);
    (to.checked_sub_days(Days::new(DAYS_REQUESTED)).unwrap_or(to), to)
}

/// Estimates how long `requests` requests of a run take.
///
/// A request is sent when two conditions are met: its slot in the quota is due, and the request
/// [`MAX_CONCURRENT`] places ahead of it has its response. The last request therefore ends at the
/// latest of several times, one for each step backward. Step 0 is the time of its own slot plus one
/// response time. Step 1 is the time of the slot [`MAX_CONCURRENT`] places earlier plus two
/// response times. Each further step goes back another [`MAX_CONCURRENT`] places and adds another
/// response time.
///
/// The estimate checks only steps 0, 1, 2, 4, 8, … and the last possible one. This is enough,
/// because these steps cover both the last burst of requests and the whole sequence.
pub fn time_for_requests(source: &dyn MarketData, user: &str, run: u64, requests: usize) -> Duration {
    if requests == 0 {
        return Duration::ZERO;
    }
    let answer_ms = source.response_ms();
    let last = requests.div_ceil(MAX_CONCURRENT).saturating_sub(1);
    let doubled = std::iter::successors(Some(1), |rounds| Some(2 * rounds)).take_while(|&rounds| rounds < last);
    let rounds: Vec<usize> = std::iter::once(0).chain(doubled).chain((last > 0).then_some(last)).collect();
    let places: Vec<usize> = rounds.iter().map(|rounds| requests - rounds * MAX_CONCURRENT).collect();
    let waits = source.forecast(user, run, &places);
    let after = |(rounds, wait): (&usize, Duration)| wait.as_secs_f64() * 1000.0 + (rounds + 1) as f64 * answer_ms;
    let total_ms = rounds.iter().zip(waits).map(after).fold(0.0, f64::max);
    Duration::try_from_secs_f64(total_ms / 1000.0).unwrap_or(Duration::MAX)
}
