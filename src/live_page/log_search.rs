//! The search of the activity log: which lines contain the search text.

use status::LogLevel;

use super::log_view::LevelFilter;

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
    pub fn search(&mut self, query: &str, filter: LevelFilter) -> usize {
        let mut hidden = 0;
        self.matches.clear();
        for (position, line) in self.lines.iter().enumerate() {
            if contains(&line.message, query) {
                if filter.shows(line.level) {
                    self.matches.push(position);
                } else {
                    hidden += 1;
                }
            }
        }
        hidden
    }
}

/// Returns whether `text` contains `part`, ignoring ASCII case. Returns `false` if `part` is empty.
fn contains(text: &str, part: &str) -> bool {
    let part = part.as_bytes();
    let Some(first) = part.first() else { return false };
    // Comparing the first byte by itself is faster, because few bytes of a long log equal it.
    text.as_bytes().windows(part.len()).any(|at| at[0].eq_ignore_ascii_case(first) && at.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use status::LogLevel;

    use super::{LogLine, SearchState, contains};
    use crate::live_page::log_view::LevelFilter;

    #[test]
    fn ignores_case_in_search() {
        assert!(contains("Fetched AAPL: 273 days", "aapl"));
        assert!(!contains("Fetched AAPL", "msft"));
        assert!(!contains("", "a"));
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
}
