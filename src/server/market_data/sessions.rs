//! Which trading day is over: a day's price exists once its session in New York has closed.
//!
//! Knows no holidays: on a holiday a price is asked for and does not come, which costs each symbol that is wanted one request an hour at most.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::America::New_York;

/// The regular session ends at this hour in New York, earlier on some days, never later.
const CLOSING_HOUR: u32 = 16;

/// The last weekday whose session has closed.
pub fn last_closed(now: DateTime<Utc>) -> NaiveDate {
    let local = now.with_timezone(&New_York);
    let mut day = local.date_naive();
    if local.hour() < CLOSING_HOUR {
        day = before(day);
    }
    while is_weekend(day) {
        day = before(day);
    }
    day
}

/// Whether a session may have been held after `after`, up to and including `to`.
pub fn any_between(after: NaiveDate, to: NaiveDate) -> bool {
    after.iter_days().skip(1).take_while(|day| *day <= to).any(|day| !is_weekend(day))
}

fn before(day: NaiveDate) -> NaiveDate {
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
    fn a_day_counts_from_its_close_in_new_york_in_winter_and_in_summer() {
        // Friday 2026-01-09, 21:00 UTC is 16:00 in New York; in July it is 20:00 UTC.
        assert_eq!(closed_at("2026-01-09T20:59:59Z"), "2026-01-08");
        assert_eq!(closed_at("2026-01-09T21:00:00Z"), "2026-01-09");
        assert_eq!(closed_at("2026-07-10T20:00:00Z"), "2026-07-10");
    }

    #[test]
    fn a_weekend_has_the_friday_before_it() {
        assert_eq!(closed_at("2026-01-11T12:00:00Z"), "2026-01-09");
        assert_eq!(closed_at("2026-01-12T12:00:00Z"), "2026-01-09");
    }

    #[test]
    fn between_friday_and_sunday_there_is_no_session() {
        let day = |text: &str| text.parse().unwrap();
        assert!(!any_between(day("2026-01-09"), day("2026-01-11")));
        assert!(any_between(day("2026-01-09"), day("2026-01-12")));
        assert!(!any_between(day("2026-01-09"), day("2026-01-09")));
    }
}
