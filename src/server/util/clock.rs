//! Reads the system clock, and formats and parses timestamps. Timestamps are in milliseconds since
//! the Unix epoch.

use chrono::{DateTime, SecondsFormat, Utc};

/// Returns the current time in milliseconds since the Unix epoch.
pub fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Formats a time as RFC 3339 in UTC with milliseconds, such as `2026-01-09T12:00:00.000Z`.
pub fn rfc3339(ms: i64) -> String {
    date_time(ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Parses an RFC 3339 time into milliseconds since the Unix epoch. Returns `None` for any other
/// text.
pub fn from_rfc3339(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

/// Formats a time in UTC as `2026-01-09 12:00:00`, for log files in text format.
pub fn log_time(ms: i64) -> String {
    date_time(ms).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Formats a time in UTC as `20260109T120000Z`, for file names.
pub fn file_time(ms: i64) -> String {
    date_time(ms).format("%Y%m%dT%H%M%SZ").to_string()
}

/// Formats a time in UTC as `Jan 9, 2026, 12:00 PM UTC`, for pages without scripts.
pub fn page_time(ms: i64) -> String {
    date_time(ms).format("%b %-d, %Y, %-I:%M %p UTC").to_string()
}

/// Formats the time of day in UTC as `12:00:00`.
pub fn time_of_day(ms: i64) -> String {
    date_time(ms).format("%H:%M:%S").to_string()
}

/// Returns the time from `start` to `end` in milliseconds. Returns 0 if `end` is before `start`,
/// which happens if the clock was set back.
pub fn elapsed_ms(start: i64, end: i64) -> u64 {
    u64::try_from(end.saturating_sub(start)).unwrap_or(0)
}

fn date_time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::{elapsed_ms, file_time, from_rfc3339, log_time, page_time, rfc3339, time_of_day};

    #[test]
    fn formats_times_in_utc() {
        let noon = 1_767_960_000_000;
        assert_eq!(rfc3339(noon), "2026-01-09T12:00:00.000Z");
        assert_eq!((from_rfc3339(&rfc3339(noon + 7)), from_rfc3339("noon")), (Some(noon + 7), None));
        assert_eq!(log_time(noon), "2026-01-09 12:00:00");
        assert_eq!(file_time(noon), "20260109T120000Z");
        assert_eq!(page_time(noon), "Jan 9, 2026, 12:00 PM UTC");
        assert_eq!(time_of_day(noon), "12:00:00");
    }

    #[test]
    fn clamps_negative_duration_to_zero() {
        assert_eq!(elapsed_ms(1_000, 400), 0);
    }
}
