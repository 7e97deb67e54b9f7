//! A log entry, as the tracker and the store represent it.

use status::{LogEntry, LogLevel, Phase};

use crate::server::util::clock;

/// One line of the activity log. Users see it by default, unless its level is `Debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Sequence number among all log entries of the attempt, including debug entries, starting at
    /// 1. The store uses it as the key.
    pub line: u64,
    /// Sequence number among the entries that users see, starting at 1. A debug entry repeats the
    /// number of the last visible entry before it.
    pub seq: u64,
    /// When the entry was logged, as a Unix timestamp in milliseconds.
    pub at_ms: i64,
    pub level: LogLevel,
    pub phase: Option<Phase>,
    /// The log message, always a single line.
    pub message: String,
}

impl Entry {
    /// Returns whether users see this entry even if they do not ask for debug entries.
    pub fn is_shown(&self) -> bool {
        self.level != LogLevel::Debug
    }

    /// Converts the entry to its API type.
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
