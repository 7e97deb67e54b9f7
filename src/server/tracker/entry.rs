//! A log entry in the form that the tracker and the store keep.

use status::{LogEntry, LogLevel, Phase};

use crate::server::util::clock;

/// One line of the activity log, either shown or debug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number of the entry among all entries of the attempt, including debug entries, from 1. It is
    /// the key of the entry in the store.
    pub line: u64,
    /// Number of the entry among the shown entries, from 1. A debug entry carries the number of the
    /// last shown entry.
    pub seq: u64,
    /// Time in milliseconds since 1970.
    pub at_ms: i64,
    pub level: LogLevel,
    pub phase: Option<Phase>,
    /// Text on a single line.
    pub message: String,
}

impl Entry {
    /// Returns whether readers see the entry without requesting debug entries.
    pub fn is_shown(&self) -> bool {
        self.level != LogLevel::Debug
    }

    /// Converts the entry to the type that the API sends.
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
