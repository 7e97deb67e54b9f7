//! A log entry in the form that the tracker and the store use.

use status::{LogEntry, LogLevel, Phase};

use crate::server::util::clock;

/// One line of the activity log. Users see it by default, except at the level `Debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Sequence number of the entry among all entries of the attempt, including debug entries, from
    /// 1. The store uses it as the key of the entry.
    pub line: u64,
    /// Sequence number of the entry among the shown entries, from 1. A debug entry has the number
    /// of the last shown entry before it.
    pub seq: u64,
    /// Time of the entry, in milliseconds since 1970.
    pub at_ms: i64,
    pub level: LogLevel,
    pub phase: Option<Phase>,
    /// Message of the entry, on a single line.
    pub message: String,
}

impl Entry {
    /// Returns whether users see the entry without requesting debug entries.
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
