//! The time of day at which a run is expected to end. It exists only where there is a range of time
//! left.

use super::Range;

/// A run that ends later than this, in seconds, gets no time of day, because the reader could not
/// tell of which day.
const MAX_SECONDS: u64 = 20 * 3600;

/// A range at least this wide, in seconds, gives a time of day in steps of five minutes.
const WIDE_SECONDS: u64 = 600;

/// Returns the seconds until the middle of the range, or `None` if the end is too far away for a
/// time of day.
pub fn seconds_to_finish(left: Range) -> Option<u64> {
    let middle = left.low.midpoint(left.high);
    (middle <= MAX_SECONDS).then_some(middle)
}

/// Formats the time of day of the expected end, such as "11:48 PM". `minute` is the minute of the
/// day, counted from midnight. A wide range is rounded, so that the time does not look more precise
/// than it is.
pub fn format_finish(minute: u32, left: Range) -> String {
    let is_wide = left.high.saturating_sub(left.low) >= WIDE_SECONDS;
    let rounded = if is_wide { (minute + 2) / 5 * 5 } else { minute };
    let minute = rounded % 1440;
    let hour = match minute / 60 % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if minute < 720 { "AM" } else { "PM" };
    format!("{hour}:{:02} {half}", minute % 60)
}

#[cfg(test)]
mod tests {
    use super::{MAX_SECONDS, Range, format_finish, seconds_to_finish};

    const NARROW: Range = Range { low: 360, high: 540 };

    #[test]
    fn formats_finish_on_twelve_hour_clock() {
        let label = |minute| format_finish(minute, NARROW);
        assert_eq!([0, 719, 720, 1_428].map(label), ["12:00 AM", "11:59 AM", "12:00 PM", "11:48 PM"]);
    }

    #[test]
    fn rounds_finish_of_a_wide_range() {
        let wide = Range { low: 3_000, high: 4_500 };
        assert_eq!(
            [1_427, 1_428, 1_438].map(|minute| format_finish(minute, wide)),
            ["11:45 PM", "11:50 PM", "12:00 AM"]
        );
    }

    #[test]
    fn gives_no_finish_on_another_day() {
        assert_eq!(seconds_to_finish(NARROW), Some(450));
        assert_eq!(seconds_to_finish(Range { low: MAX_SECONDS, high: MAX_SECONDS + 2 }), None);
    }
}
