//! Somebody who watches one portfolio, and remembers everything that was shown.

use std::collections::BTreeMap;

use serde_json::Value;
use status::VERSIONS_PER_EPOCH;

use crate::process::Server;

/// How young an entry may be to be lost by a kill, in milliseconds.
const MAY_BE_LOST_MS: i64 = 1_000;

/// What was shown of one run so far.
pub struct Watch {
    pub id: String,
    /// By number: when it was written, and what it says.
    entries: BTreeMap<u64, (i64, String)>,
    percent: u64,
    pub last: Value,
    /// How often the server was killed while this run was under way.
    pub kills: usize,
}

impl Watch {
    pub fn new(id: String) -> Self {
        Self { id, entries: BTreeMap::new(), percent: 0, last: Value::Null, kills: 0 }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.last["status"].as_str(), Some("completed" | "failed"))
    }

    /// Which worker in a row has the run: versions are numbered anew for each, from 1. Without one it is 0.
    pub fn worker(&self) -> u64 {
        let version = self.last["version"].as_u64().unwrap_or(0);
        if version.is_multiple_of(VERSIONS_PER_EPOCH) { 0 } else { version / VERSIONS_PER_EPOCH }
    }

    /// Looks once; true when an answer came.
    pub async fn look(&mut self, server: &Server) -> bool {
        let Some(status) = server.status(&self.id, 0).await else { return false };
        let percent = status["overall_progress"]["percent_complete"].as_u64().unwrap_or_else(|| panic!("{status:#}"));
        assert!(percent >= self.percent, "{} fell from {} to {percent} percent", self.id, self.percent);
        assert_eq!(percent == 100, status["status"] == "completed", "100 percent means completed: {status:#}");
        self.percent = percent;
        for (index, entry) in status["activity_log"].as_array().unwrap().iter().enumerate() {
            let seq = entry["seq"].as_u64().unwrap();
            assert_eq!(seq, index as u64 + 1, "entries are numbered without gaps");
            let at = chrono::DateTime::parse_from_rfc3339(entry["timestamp"].as_str().unwrap()).unwrap();
            self.entries.insert(seq, (at.timestamp_millis(), entry["message"].as_str().unwrap().to_owned()));
        }
        self.last = status;
        true
    }

    /// The process was killed at `killed_ms`: what was older than a second must still be there, word for word.
    pub async fn check_after_kill(&mut self, server: &Server, killed_ms: i64) {
        let before = std::mem::take(&mut self.entries);
        assert!(self.look(server).await);
        for (seq, (at_ms, message)) in &before {
            if killed_ms - at_ms > MAY_BE_LOST_MS {
                assert_eq!(
                    self.entries.get(seq).map(|(_, message)| message),
                    Some(message),
                    "entry {seq} of {} was lost",
                    self.id
                );
            }
        }
    }

    /// At the end each phase was completed once, and says so once.
    pub fn check_completed(&self) {
        assert_eq!(self.last["status"], "completed", "{}", self.last["error"]);
        for phase in 1..=9 {
            let line = format!("Phase {phase} complete:");
            let times = self.entries.values().filter(|(_, message)| message.starts_with(&line)).count();
            assert_eq!(times, 1, "{line} {:#?}", self.entries);
        }
    }
}
