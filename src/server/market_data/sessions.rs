//! Determines the most recent trading day that has ended. Prices of a day exist once its trading
//! session in New York has closed.
//!
//! Holidays are treated as trading days, so a run on a holiday requests prices that do not exist.
//! This costs at most one request per symbol and hour.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::America::New_York;

/// Hour of the day in New York at which the regular trading session ends. On some days the session
/// ends earlier, but never later.
const CLOSING_HOUR: u32 = 16;

/// Returns the most recent weekday whose trading session in New York has closed.
pub fn last_closed(now: DateTime<Utc>) -> NaiveDate {
    let local = now.with_timezone(&New_York);
    let mut day = local.date_naive();
    if local.hour() < CLOSING_HOUR {
        day = previous_day(day);
    }
    while is_weekend(day) {
        day = previous_day(day);
    }
    day
}

/// Returns whether there may be a trading session on any day later than `after`, up to and
/// including `to`.
pub fn any_between(after: NaiveDate, to: NaiveDate) -> bool {
    after.iter_days().skip(1).take_while(|day| *day <= to).any(|day| !is_weekend(day))
}

fn previous_day(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::{any_between, last_closed};

    fn closed_at(utc: &str) -> String {
        last_closed(utc.parse().unwrap()).to_string()
    }

    #[test]
    fn counts_day_from_close_in_new_york() {
        // The session ends at 16:00 in New York, which is 21:00 UTC on Friday, 2026-01-09, and
        // 20:00 UTC in July.
        assert_eq!(closed_at("2026-01-09T20:59:59Z"), "2026-01-08");
        assert_eq!(closed_at("2026-01-09T21:00:00Z"), "2026-01-09");
        assert_eq!(closed_at("2026-07-10T20:00:00Z"), "2026-07-10");
    }

    #[test]
    fn returns_friday_on_weekend() {
        assert_eq!(closed_at("2026-01-11T12:00:00Z"), "2026-01-09");
        assert_eq!(closed_at("2026-01-12T12:00:00Z"), "2026-01-09");
    }

    #[test]
    fn finds_no_session_between_friday_and_sunday() {
        let day = |text: &str| text.parse().unwrap();
        assert!(!any_between(day("2026-01-09"), day("2026-01-11")));
        assert!(any_between(day("2026-01-09"), day("2026-01-12")));
        assert!(!any_between(day("2026-01-09"), day("2026-01-09")));
    }
}
