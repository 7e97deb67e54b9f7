//! The user's view settings for the activity log (level filter, time mode, search, line wrapping),
//! and the labels that depend on them.
//!
//! Log lines are static HTML. The style sheet implements the level filter and line wrapping, based
//! on attributes of the log element. Displayed times and search marks are updated line by line when
//! the user changes a setting. Whatever the settings, the cost of a poll therefore depends only on
//! the number of new lines.

use leptos::prelude::*;
use status::{LogLevel, counted, format_count};

/// A filter that shows log lines of certain levels only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LevelFilter {
    #[default]
    All,
    Warnings,
    Errors,
}

impl LevelFilter {
    /// Returns this filter's value in the toolbar menu (`<option>`) and in the log's `data-level`
    /// attribute.
    pub fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Warnings => "warnings",
            Self::Errors => "errors",
        }
    }

    /// Parses a value of the level menu. Unknown values show all lines.
    pub fn from_id(id: &str) -> Self {
        [Self::Warnings, Self::Errors].into_iter().find(|filter| filter.id() == id).unwrap_or_default()
    }

    /// Returns whether lines of this level are visible. `style/main.css` implements the same rule.
    pub fn shows(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Warnings => matches!(level, LogLevel::Warning | LogLevel::Error),
            Self::Errors => level == LogLevel::Error,
        }
    }
}

/// How the time of each log line is displayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeMode {
    Local,
    /// The default, because the server renders the page without knowing the user's time zone.
    #[default]
    Utc,
    SinceStart,
}

impl TimeMode {
    /// Returns this mode's value in the toolbar menu (`<option>`).
    pub fn id(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::SinceStart => "start",
        }
    }

    /// Parses a value of the time menu. Unknown values select UTC.
    pub fn from_id(id: &str) -> Self {
        [Self::Local, Self::SinceStart].into_iter().find(|mode| mode.id() == id).unwrap_or_default()
    }
}

/// A log line that exists only as HTML, with the data that the search needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub seq: u64,
    pub level: LogLevel,
    pub message: String,
}

/// The user's view settings for the activity log.
#[derive(Clone, Copy)]
pub struct LogView {
    pub level: RwSignal<LevelFilter>,
    pub time: RwSignal<TimeMode>,
    /// The search text, or an empty string if the user is not searching.
    pub query: RwSignal<String>,
    /// Index of the selected search match, counted from 0.
    pub match_index: RwSignal<usize>,
    /// Whether long lines wrap.
    pub wraps: RwSignal<bool>,
    /// Whether the log scrolls to each new line.
    pub follows: RwSignal<bool>,
}

impl LogView {
    /// Creates the default settings: all lines, UTC, lines wrapped, scrolling to the newest line.
    pub fn new() -> Self {
        Self {
            level: RwSignal::default(),
            time: RwSignal::default(),
            query: RwSignal::default(),
            match_index: RwSignal::new(0),
            wraps: RwSignal::new(true),
            follows: RwSignal::new(true),
        }
    }

    /// Returns whether a line is visible and contains the search text. An empty search text matches
    /// nothing.
    pub fn matches(self, level: LogLevel, message: &str) -> bool {
        self.level.get().shows(level) && self.query.with(|query| contains(message, query))
    }
}

impl Default for LogView {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns whether `text` contains `part`, ignoring ASCII case. Returns `false` if `part` is empty.
fn contains(text: &str, part: &str) -> bool {
    !part.is_empty() && text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

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

/// Returns the position of the selected match among all matches, such as "3 of 17".
pub fn match_label(query: &str, index: usize, matches: usize) -> String {
    match (query, matches) {
        ("", _) => String::new(),
        (_, 0) => "no matches".to_owned(),
        (_, matches) => format!("{} of {matches}", index.min(matches - 1) + 1),
    }
}

#[cfg(test)]
mod tests {
    use status::LogLevel;

    use super::{LevelFilter, contains, count_label, match_label};

    #[test]
    fn ignores_case_in_search() {
        assert!(contains("Fetched AAPL: 273 days", "aapl"));
        assert!(!contains("Fetched AAPL", "msft"));
        assert!(!contains("", "a"));
    }

    #[test]
    fn counts_missing_lines() {
        assert_eq!(count_label(0, 0), "No lines yet");
        assert_eq!(count_label(1, 0), "1 line");
        assert_eq!(count_label(1_204, 0), "1,204 lines");
        assert_eq!(count_label(1_203, 1), "1,203 of 1,204 lines, 1 missing");
    }

    #[test]
    fn counts_matches_from_one() {
        assert_eq!(match_label("", 0, 0), "");
        assert_eq!(match_label("x", 0, 0), "no matches");
        assert_eq!(match_label("x", 2, 17), "3 of 17");
        assert_eq!(match_label("x", 20, 17), "17 of 17", "the number of matches can shrink");
    }

    #[test]
    fn shows_errors_among_warnings() {
        let shown =
            |filter: LevelFilter| [LogLevel::Info, LogLevel::Warning, LogLevel::Error].map(|level| filter.shows(level));
        assert_eq!(shown(LevelFilter::All), [true, true, true]);
        assert_eq!(shown(LevelFilter::Warnings), [false, true, true]);
        assert_eq!(shown(LevelFilter::Errors), [false, false, true]);
    }
}
