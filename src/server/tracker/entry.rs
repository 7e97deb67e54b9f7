//! A log entry as the tracker and the store keep it.

use status::{LogEntry, LogLevel, Phase};

use crate::server::util::clock;

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
