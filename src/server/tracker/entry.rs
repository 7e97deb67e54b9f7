//! A log entry as the tracker and the store keep it.

use crate::{
    server::clock,
    status::{LogEntry, LogLevel, Phase},
};

/// One line of the log, shown or debug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3 … over all entries of the attempt, debug ones included. The store's key.
    pub line: u64,
    /// 1, 2, 3 … over the shown entries; a debug entry carries the last shown number.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// How serious.
    pub level: LogLevel,
    /// The phase it belongs to.
    pub phase: Option<Phase>,
    /// One line of text.
    pub message: String,
}

impl Entry {
    /// Whether people see it without asking for debug entries.
    pub fn is_shown(&self) -> bool {
        self.level != LogLevel::Debug
    }

    /// As it travels.
    pub fn to_wire(&self) -> LogEntry {
        LogEntry {
            seq: self.seq,
            timestamp: clock::rfc3339(self.at_ms),
            level: self.level,
            phase_id: self.phase,
            message: self.message.clone(),
        }
    }
}

/// `text` as one line: control and bidirectional formatting characters become visible escapes, so that one
/// entry is one line in every viewer and nothing reorders what a person reads.
pub fn one_line(text: &str) -> String {
    let is_plain = |c: char| !(c.is_control() || is_bidi_control(c));
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_plain(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_line_break_cannot_forge_a_second_entry() {
        assert_eq!(one_line("A\n12:00 forged"), "A\\u{a}12:00 forged");
    }

    #[test]
    fn text_direction_cannot_be_overridden() {
        assert_eq!(one_line("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        assert_eq!(one_line("Größe 株"), "Größe 株");
    }
}
