//! The user's view settings for the activity log (level filter, time mode, search, line wrapping),
//! and the labels that depend on them.
//!
//! Log lines are static HTML. The style sheet implements the level filter, folded phases and line
//! wrapping, based on attributes of the log element. Displayed times are updated line by line when
//! the user changes the time mode, and search matches are marked only near the visible lines.
//! Whatever the settings, the cost of a poll therefore depends only on the number of new lines.

use leptos::prelude::*;
use status::{LogEntry, LogLevel, Phase, counted, format_count};

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

/// Returns how many of the entries are warnings, and how many are errors.
pub fn count_levels(entries: &[LogEntry]) -> (u64, u64) {
    let count = |level| entries.iter().filter(|entry| entry.level == level).count() as u64;
    (count(LogLevel::Warning), count(LogLevel::Error))
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

/// A log line on the page, with the data that the search needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub level: LogLevel,
    pub message: String,
}

/// The lines that the search has read from the page, and where it found the search text.
#[derive(Clone, Debug, Default)]
pub struct SearchState {
    /// The lines that have been read so far, from the first one on.
    pub lines: Vec<LogLine>,
    /// Positions of the visible lines that contain the search text, in ascending order. The first
    /// line of the log has position 0.
    pub matches: Vec<usize>,
}

impl SearchState {
    /// Finds the search text in the lines that have been read. An empty search text matches
    /// nothing. Returns the number of matches that the filter hides.
    fn search(&mut self, query: &str, filter: LevelFilter) -> usize {
        let mut hidden = 0;
        self.matches.clear();
        for (position, line) in self.lines.iter().enumerate() {
            match contains(&line.message, query) {
                true if filter.shows(line.level) => self.matches.push(position),
                is_match => hidden += usize::from(is_match),
            }
        }
        hidden
    }
}

/// The user's view settings for the activity log.
#[derive(Clone, Copy)]
pub struct LogView {
    pub level: RwSignal<LevelFilter>,
    pub time: RwSignal<TimeMode>,
    /// The search text, or an empty string if the user is not searching.
    pub query: RwSignal<String>,
    pub search_state: StoredValue<SearchState>,
    /// Number of visible lines that contain the search text.
    pub match_count: RwSignal<usize>,
    /// Number of lines that contain the search text, but are hidden by the level filter.
    pub hidden_count: RwSignal<usize>,
    /// Index of the selected search match, counted from 0.
    pub match_index: RwSignal<usize>,
    /// The numbers of the folded phases, such as "13" for phases 1 and 3.
    pub folded: RwSignal<String>,
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
            search_state: StoredValue::default(),
            match_count: RwSignal::new(0),
            hidden_count: RwSignal::new(0),
            match_index: RwSignal::new(0),
            folded: RwSignal::default(),
            wraps: RwSignal::new(true),
            follows: RwSignal::new(true),
        }
    }

    /// Finds the search text in the lines that have been read.
    pub fn search(self) {
        let (query, filter) = (self.query.get_untracked(), self.level.get_untracked());
        let mut counts = (0, 0);
        self.search_state.update_value(|state| counts = (state.search(&query, filter), state.matches.len()));
        self.hidden_count.set(counts.0);
        self.match_count.set(counts.1);
    }

    /// Folds the lines of a phase, or unfolds them. `number` is the number of the phase, as text.
    pub fn toggle_phase(self, number: &str) {
        self.folded.update(|folded| *folded = toggled(folded, number));
    }

    /// Unfolds the lines of a phase if they are folded.
    pub fn unfold_phase(self, number: &str) {
        if self.folded.with_untracked(|folded| folded.contains(number)) {
            self.toggle_phase(number);
        }
    }

    /// Discards everything that refers to the lines on the page, because the log is replaced.
    pub fn forget_lines(self) {
        self.search_state.update_value(|state| *state = SearchState::default());
        self.match_count.set(0);
        self.folded.set(String::new());
    }
}

/// Returns the list of folded phases after one of them was folded or unfolded.
fn toggled(folded: &str, number: &str) -> String {
    if folded.contains(number) { folded.replace(number, "") } else { format!("{folded}{number}") }
}

/// Returns the number of a phase as it appears in the HTML of the log.
pub fn phase_number(phase: Phase) -> &'static str {
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"][phase.index()]
}

impl Default for LogView {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns whether `text` contains `part`, ignoring ASCII case. Returns `false` if `part` is empty.
fn contains(text: &str, part: &str) -> bool {
    let part = part.as_bytes();
    let Some(first) = part.first() else { return false };
    // Comparing the first byte by itself makes the search of thousands of lines several times faster.
    text.as_bytes().windows(part.len()).any(|at| at[0].eq_ignore_ascii_case(first) && at.eq_ignore_ascii_case(part))
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
    use status::LogLevel;

    use super::{LevelFilter, LogLine, SearchState, contains, count_label, match_label, nothing_label, toggled};

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

    #[test]
    fn finds_visible_lines_and_counts_hidden_ones() {
        let line = |level, message: &str| LogLine { level, message: message.to_owned() };
        let lines = vec![line(LogLevel::Info, "AAPL"), line(LogLevel::Error, "aapl"), line(LogLevel::Error, "KO")];
        let mut state = SearchState { lines, matches: vec![7] };
        assert_eq!((state.search("aapl", LevelFilter::All), state.matches.as_slice()), (0, &[0, 1][..]));
        assert_eq!((state.search("aapl", LevelFilter::Errors), state.matches.as_slice()), (1, &[1][..]));
        assert_eq!((state.search("", LevelFilter::All), state.matches.as_slice()), (0, &[][..]));
    }

    #[test]
    fn toggles_folded_phases_independently() {
        assert_eq!(toggled("", "3"), "3");
        assert_eq!(toggled("3", "1"), "31");
        assert_eq!(toggled("31", "3"), "1");
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
