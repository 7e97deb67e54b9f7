//! Formats durations and counts for display.

use text::group_thousands;

use super::{Range, UsualSeconds};

/// Formats whole seconds as "45s", "3m 24s" or "1h 2m 3s".
pub fn format_duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m {seconds}s"),
        _ => format!("{hours}h {minutes}m {seconds}s"),
    }
}

/// Formats a waiting time: short waits as "12 s", waits of a minute or more as "3 min 5 s".
pub fn format_wait(seconds: u64) -> String {
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

/// Formats milliseconds: short durations as "120 ms", durations of a second or more as "3m 24s".
pub fn format_exact(ms: u64) -> String {
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1000 => format!("{ms} ms"),
        _ => format_duration(ms / 1000),
    }
}

/// Formats a duration that the API gives in whole seconds and in milliseconds. The milliseconds
/// count only below a second, because a page adds whole seconds to the newest response.
pub fn format_took(seconds: u64, ms: u64) -> String {
    if seconds == 0 { format_exact(ms) } else { format_duration(seconds) }
}

/// Formats the duration of a run that can be replayed: "0.4 s" below ten seconds, so that short
/// runs differ, and "14m 32s" from there on.
pub fn format_replayed(ms: u64) -> String {
    match ms {
        0..100 => format_exact(ms),
        100..10_000 => format!("{}.{} s", ms / 1000, ms / 100 % 10),
        _ => format_duration(ms / 1000),
    }
}

/// Formats an expected duration: "a few seconds", "less than a minute" or "about 4 min".
pub fn format_about(seconds: u64) -> String {
    match seconds {
        0..=9 => "a few seconds".to_owned(),
        10..=59 => "less than a minute".to_owned(),
        _ => format!("about {} min", seconds.div_ceil(60)),
    }
}

/// Formats the usual duration of a phase: "usually a second or less", "usually 5 to 8 s", "usually
/// 5 to 8 min".
pub fn format_usual(usual: UsualSeconds) -> String {
    match (usual.low, usual.high) {
        (_, 0 | 1) => "usually a second or less".to_owned(),
        (low, high) if low == high && high < 60 => format!("usually {high} s"),
        (low, high @ 0..=59) => format!("usually {low} to {high} s"),
        (0..=59, high) => format!("usually up to {} min", high.div_ceil(60)),
        (low, high) if low / 60 == high.div_ceil(60) => format!("usually {} min", low / 60),
        (low, high) => format!("usually {} to {} min", low / 60, high.div_ceil(60)),
    }
}

/// Formats a count with thousands separators: "1,204".
pub fn format_count(count: u64) -> String {
    group_thousands(&count.to_string())
}

/// Formats a count with its noun, which gets an "s" unless the count is 1: "1 line", "20
/// positions".
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", format_count(count))
}

/// Formats a range of time left as "6 to 9 min left", "about 4 min left" or "less than a minute
/// left".
pub fn format_time_left(range: Range) -> String {
    // Rounds the low end down and the high end up, so that the text never shows a narrower range
    // than the estimate.
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
    use super::{
        Range, UsualSeconds, counted, format_about, format_count, format_duration, format_exact, format_replayed,
        format_time_left, format_took, format_usual,
    };

    #[test]
    fn shows_each_unit_when_needed() {
        assert_eq!(format_duration(0), "0s");
        assert_eq!(format_duration(45), "45s");
        assert_eq!(format_duration(60), "1m 0s");
        assert_eq!(format_duration(204), "3m 24s");
        assert_eq!(format_duration(3723), "1h 2m 3s");
    }

    #[test]
    fn formats_less_than_a_second_in_milliseconds() {
        assert_eq!(format_exact(7), "7 ms");
        assert_eq!(format_exact(61_000), "1m 1s");
        assert_eq!(format_exact(0), "under 1 ms");
    }

    #[test]
    fn prefers_whole_seconds_to_milliseconds() {
        assert_eq!(format_took(0, 412), "412 ms");
        assert_eq!(format_took(204, 412), "3m 24s");
    }

    #[test]
    fn shows_tenths_of_short_replays() {
        assert_eq!([40, 412, 9_999, 872_000].map(format_replayed), ["40 ms", "0.4 s", "9.9 s", "14m 32s"]);
    }

    #[test]
    fn rounds_expected_durations_coarsely() {
        assert_eq!(
            [0, 10, 60, 61, 480].map(format_about).join(", "),
            "a few seconds, less than a minute, about 1 min, about 2 min, about 8 min"
        );
    }

    #[test]
    fn formats_usual_range_in_fitting_unit() {
        let label = |low, high| format_usual(UsualSeconds { low, high });
        assert_eq!(label(0, 1), "usually a second or less");
        assert_eq!(label(3, 3), "usually 3 s");
        assert_eq!(label(5, 8), "usually 5 to 8 s");
        assert_eq!(label(30, 90), "usually up to 2 min");
        assert_eq!(label(300, 480), "usually 5 to 8 min");
        assert_eq!(label(300, 300), "usually 5 min");
    }

    #[test]
    fn separates_thousands_in_counts() {
        assert_eq!([0, 999, 1_204, 1_000_000].map(format_count), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!([counted(1, "line"), counted(1_204, "line")], ["1 line", "1,204 lines"]);
    }

    #[test]
    fn never_promises_more_than_the_range() {
        let label = |low, high| format_time_left(Range { low, high });
        assert_eq!(label(0, 60), "less than a minute left");
        assert_eq!(label(20, 90), "up to 2 min left");
        assert_eq!(label(360, 540), "6 to 9 min left");
        assert_eq!(label(240, 240), "about 4 min left");
        assert_eq!(label(119, 121), "1 to 3 min left");
    }
}
