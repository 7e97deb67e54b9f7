//! Durations as people read them.

use super::Range;

/// Whole seconds as "45s", "3m 24s" or "1h 2m 3s".
pub fn format_duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m {seconds}s"),
        _ => format!("{hours}h {minutes}m {seconds}s"),
    }
}

/// A wait as "12 s" below a minute, as "3 min 5 s" from there on.
pub fn format_wait(seconds: u64) -> String {
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

/// A range of time left as "6 to 9 min left", "about 4 min left" or "less than a minute left".
pub fn format_time_left(range: Range) -> String {
    // The low end is rounded down and the high end up, so that the words never promise more than the range.
    let (low, high) = (range.low / 60, range.high.div_ceil(60));
    match (low, high) {
        (_, 0 | 1) => "less than a minute left".to_owned(),
        (0, high) => format!("up to {high} min left"),
        (low, high) if low == high => format!("about {low} min left"),
        (low, high) => format!("{low} to {high} min left"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, format_duration, format_time_left};

    #[test]
    fn each_unit_appears_when_it_is_needed() {
        assert_eq!(format_duration(0), "0s");
        assert_eq!(format_duration(45), "45s");
        assert_eq!(format_duration(60), "1m 0s");
        assert_eq!(format_duration(204), "3m 24s");
        assert_eq!(format_duration(3723), "1h 2m 3s");
    }

    #[test]
    fn time_left_never_promises_more_than_its_range() {
        let words = |low, high| format_time_left(Range { low, high });
        assert_eq!(words(0, 60), "less than a minute left");
        assert_eq!(words(20, 90), "up to 2 min left");
        assert_eq!(words(360, 540), "6 to 9 min left");
        assert_eq!(words(240, 240), "about 4 min left");
        assert_eq!(words(119, 121), "1 to 3 min left");
    }
}
