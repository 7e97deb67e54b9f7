//! How the reader wants to see the log: which lines, which clock, what they look for. And the words about it.
//!
//! Lines are static once they are in the page: filter and line breaks are attributes of the list that the style sheet
//! acts on, clocks and matches are set line by line when the reader asks. So a poll costs what is new, whatever is
//! chosen here.

use leptos::prelude::*;
use status::{LogLevel, format_count};

/// Which lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LevelFilter {
    #[default]
    All,
    Warnings,
    Errors,
}

impl LevelFilter {
    /// The value of its choice, and of the list's attribute.
    pub fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Warnings => "warnings",
            Self::Errors => "errors",
        }
    }

    /// The filter of this choice.
    pub fn from_id(id: &str) -> Self {
        [Self::Warnings, Self::Errors].into_iter().find(|filter| filter.id() == id).unwrap_or_default()
    }

    /// Whether it lets lines of this level through. The style sheet does the same.
    pub fn shows(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Warnings => matches!(level, LogLevel::Warning | LogLevel::Error),
            Self::Errors => level == LogLevel::Error,
        }
    }
}

/// What the clock of a line tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeMode {
    Local,
    /// What the server renders, as it does not know the reader's zone.
    #[default]
    Utc,
    SinceStart,
}

impl TimeMode {
    /// The value of its choice.
    pub fn id(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::SinceStart => "start",
        }
    }

    /// The mode of this choice.
    pub fn from_id(id: &str) -> Self {
        [Self::Local, Self::SinceStart].into_iter().find(|mode| mode.id() == id).unwrap_or_default()
    }
}

/// What a search reads of a line that is HTML alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its number.
    pub seq: u64,
    /// How serious it is.
    pub level: LogLevel,
    /// Its text.
    pub message: String,
}

/// The reader's choices.
#[derive(Clone, Copy)]
pub struct LogView {
    /// Which lines.
    pub level: RwSignal<LevelFilter>,
    /// Which clock.
    pub time: RwSignal<TimeMode>,
    /// What is looked for; empty for nothing.
    pub query: RwSignal<String>,
    /// Which of the matches is looked at, from 0.
    pub at: RwSignal<usize>,
    /// Whether long lines are broken.
    pub wraps: RwSignal<bool>,
    /// Whether the newest line is followed.
    pub follows: RwSignal<bool>,
}

impl LogView {
    /// Everything, in UTC, following the newest line.
    pub fn new() -> Self {
        Self {
            level: RwSignal::default(),
            time: RwSignal::default(),
            query: RwSignal::default(),
            at: RwSignal::new(0),
            wraps: RwSignal::new(true),
            follows: RwSignal::new(true),
        }
    }

    /// Whether a line is shown and contains the query; an empty query is in no line.
    pub fn finds(self, level: LogLevel, message: &str) -> bool {
        self.level.get().shows(level) && self.query.with(|query| contains(message, query))
    }
}

impl Default for LogView {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a text holds another one, whatever the case of its Latin letters.
fn contains(text: &str, part: &str) -> bool {
    !part.is_empty() && text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// "1,204 lines, none missing": how many there are, and how many of those that were written are not on the page.
pub fn count_words(count: u64, missing: u64) -> String {
    match (count, missing) {
        (0, 0) => "No lines".to_owned(),
        (1, 0) => "1 line, none missing".to_owned(),
        (count, 0) => format!("{} lines, none missing", format_count(count)),
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

/// "3 of 17": which match is looked at.
pub fn match_words(query: &str, at: usize, matches: usize) -> String {
    match (query, matches) {
        ("", _) => String::new(),
        (_, 0) => "no matches".to_owned(),
        (_, matches) => format!("{} of {matches}", at.min(matches - 1) + 1),
    }
}

#[cfg(test)]
mod tests {
    use status::LogLevel;

    use super::{LevelFilter, contains, count_words, match_words};

    #[test]
    fn a_search_does_not_mind_capitals() {
        assert!(contains("Fetched AAPL: 273 days", "aapl"));
        assert!(!contains("Fetched AAPL", "msft"));
        assert!(!contains("", "a"));
    }

    #[test]
    fn lines_that_are_missing_are_counted() {
        assert_eq!(count_words(0, 0), "No lines");
        assert_eq!(count_words(1, 0), "1 line, none missing");
        assert_eq!(count_words(1_204, 0), "1,204 lines, none missing");
        assert_eq!(count_words(1_203, 1), "1,203 of 1,204 lines, 1 missing");
    }

    #[test]
    fn matches_are_counted_from_one() {
        assert_eq!(match_words("", 0, 0), "");
        assert_eq!(match_words("x", 0, 0), "no matches");
        assert_eq!(match_words("x", 2, 17), "3 of 17");
        assert_eq!(match_words("x", 20, 17), "17 of 17", "matches may become fewer");
    }

    #[test]
    fn warnings_include_errors() {
        let shown =
            |filter: LevelFilter| [LogLevel::Info, LogLevel::Warning, LogLevel::Error].map(|level| filter.shows(level));
        assert_eq!(shown(LevelFilter::All), [true, true, true]);
        assert_eq!(shown(LevelFilter::Warnings), [false, true, true]);
        assert_eq!(shown(LevelFilter::Errors), [false, false, true]);
    }
}
