//! A client that polls the status of one portfolio's run, remembers every response, and checks that
//! later responses are consistent with earlier ones.

use std::collections::BTreeMap;

use serde_json::Value;
use status::VERSIONS_PER_EPOCH;

use crate::process::Server;

/// Log entries written less than this many milliseconds before a kill may be lost.
const MAY_BE_LOST_MS: i64 = 1_000;

/// A client that polls a portfolio's run. Keeps the latest status and every log entry it has seen.
pub struct Watch {
    pub id: String,
    /// Log entries by sequence number, each with its Unix timestamp in milliseconds and its
    /// message.
    entries: BTreeMap<u64, (i64, String)>,
    percent: u64,
    pub last: Value,
    /// How many times the server was killed during this run.
    pub kills: usize,
}

impl Watch {
    pub fn new(id: String) -> Self {
        Self { id, entries: BTreeMap::new(), percent: 0, last: Value::Null, kills: 0 }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.last["status"].as_str(), Some("completed" | "failed"))
    }

    /// Returns the number of the worker that is computing the run, counting from 1, or 0 if the run
    /// is waiting for a worker to claim it. The number follows from the version of the status,
    /// because each worker starts counting versions at a new multiple of `VERSIONS_PER_EPOCH`.
    pub fn worker(&self) -> u64 {
        let version = self.last["version"].as_u64().unwrap_or(0);
        if version.is_multiple_of(VERSIONS_PER_EPOCH) { 0 } else { version / VERSIONS_PER_EPOCH }
    }

    /// Requests the status once and checks its invariants. Returns `false` if the server does not
    /// respond.
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

    /// Checks that a kill at the time `killed_ms` did not lose or change any log entry that was
    /// more than a second old by then.
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

    /// Checks that the run completed, and that its log reports the completion of each phase exactly
    /// once.
    pub fn check_completed(&self) {
        assert_eq!(self.last["status"], "completed", "{}", self.last["error"]);
        for phase in 1..=9 {
            let line = format!("Phase {phase} complete:");
            let times = self.entries.values().filter(|(_, message)| message.starts_with(&line)).count();
            assert_eq!(times, 1, "{line} {:#?}", self.entries);
        }
    }
}
