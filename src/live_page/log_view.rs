//! The user's view settings for the activity log: level filter, time mode, search, folded phases
//! and line wrapping.
//!
//! Log lines are static HTML. The style sheet implements the level filter, folded phases and line
//! wrapping, based on attributes of the log element. Displayed times are updated line by line when
//! the user changes the time mode, and search matches are marked only near the visible lines.
//! Whatever the settings, the cost of a poll therefore depends only on the number of new lines.

use leptos::prelude::*;
use status::{LogEntry, LogLevel, Phase};

use super::log_search::SearchState;

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

#[cfg(test)]
mod tests {
    use status::LogLevel;

    use super::{LevelFilter, toggled};

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
