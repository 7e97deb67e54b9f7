//! The sentences about the activity log that depend on its lines: counts, and searches and filters
//! that find nothing.

use status::{counted, format_count};

use super::log_view::LevelFilter;

/// Returns the line count shown below the log: "1,204 lines" or, if the page lacks some of the
/// run's lines, "1,203 of 1,204 lines, 1 missing".
pub fn count_label(count: u64, missing: u64) -> String {
    match (count, missing) {
        (0, 0) => "No lines yet".to_owned(),
        (count, 0) => counted(count, "line"),
        (count, missing) => {
            format!(
                "{} of {} lines, {} missing",
                format_count(count),
                format_count(count + missing),
                format_count(missing)
            )
        }
    }
}

/// Returns a sentence for a log that looks empty because the level filter hides all `count` lines,
/// and an empty string otherwise. `shown` is the number of lines that the filter shows.
pub fn nothing_label(filter: LevelFilter, shown: u64, count: u64) -> String {
    if filter == LevelFilter::All || shown > 0 || count == 0 {
        return String::new();
    }
    none_of_label(filter, &format!("{} lines", format_count(count)))
}

/// Returns the position of the selected match among all visible matches, such as "3 of 17".
/// `hidden` is the number of matches that the level filter hides.
pub fn match_label(query: &str, index: usize, matches: usize, hidden: usize, filter: LevelFilter) -> String {
    match (query, matches, hidden) {
        ("", ..) => String::new(),
        (_, 0, 0) => "no matches".to_owned(),
        (_, 0, hidden) => none_of_label(filter, &format!("{} matching lines", format_count(hidden as u64))),
        (_, matches, _) => format!("{} of {matches}", index.min(matches - 1) + 1),
    }
}

/// Returns "0 of 107 lines are errors" for `counted` = "107 lines".
fn none_of_label(filter: LevelFilter, counted: &str) -> String {
    let kind = if filter == LevelFilter::Errors { "errors" } else { "warnings or errors" };
    format!("0 of {counted} are {kind}")
}

#[cfg(test)]
mod tests {
    use super::{count_label, match_label, nothing_label};
    use crate::live_page::log_view::LevelFilter;

    #[test]
    fn counts_missing_lines() {
        assert_eq!(count_label(0, 0), "No lines yet");
        assert_eq!(count_label(1, 0), "1 line");
        assert_eq!(count_label(1_204, 0), "1,204 lines");
        assert_eq!(count_label(1_203, 1), "1,203 of 1,204 lines, 1 missing");
    }

    #[test]
    fn counts_matches_from_one() {
        let label = |query, index, matches| match_label(query, index, matches, 0, LevelFilter::All);
        assert_eq!(label("", 0, 0), "");
        assert_eq!(label("x", 0, 0), "no matches");
        assert_eq!(label("x", 2, 17), "3 of 17");
        assert_eq!(label("x", 20, 17), "17 of 17", "the number of matches can shrink");
    }

    #[test]
    fn mentions_matches_that_the_filter_hides() {
        assert_eq!(match_label("x", 0, 0, 11, LevelFilter::Errors), "0 of 11 matching lines are errors");
        assert_eq!(match_label("x", 0, 0, 1, LevelFilter::Warnings), "0 of 1 matching lines are warnings or errors");
        assert_eq!(match_label("x", 0, 2, 11, LevelFilter::Errors), "1 of 2");
    }

    #[test]
    fn says_when_filter_hides_every_line() {
        assert_eq!(nothing_label(LevelFilter::Errors, 0, 107), "0 of 107 lines are errors");
        assert_eq!(nothing_label(LevelFilter::Warnings, 0, 107), "0 of 107 lines are warnings or errors");
        assert_eq!(nothing_label(LevelFilter::Warnings, 3, 107), "");
        assert_eq!(nothing_label(LevelFilter::All, 0, 107), "");
        assert_eq!(nothing_label(LevelFilter::Errors, 0, 0), "", "there is nothing to hide");
    }
}
