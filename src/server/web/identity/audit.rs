//! The audit log records reads by admins, requests of impersonated sessions, and reads through
//! read-only links. Its lines are part of the server's log and have the target `audit`.
//!
//! The log filter never drops audit lines. Ids are quoted, so an id cannot imitate another field.

use std::{collections::HashMap, fmt, hash::Hash, sync::Mutex};

use axum::http::{Method, request::Parts};
use uuid::Uuid;

use crate::server::{
    auth::{Clock, Session},
    util::{clock, lock::lock},
};

/// How often the audit log records a page that an admin keeps open, in milliseconds. The page
/// itself polls every two seconds.
const WATCH_INTERVAL_MS: i64 = 60_000;

/// How often the audit log records that a link is read, in milliseconds. The page behind a link
/// reloads every few seconds.
const LINK_INTERVAL_MS: i64 = 3_600_000;

/// Maximum number of entries in each [`RecentReads`]. While it is full, every read without an entry
/// is recorded.
const MAX_WATCHED: usize = 10_000;

/// Records reads of other people's portfolios in the audit log.
pub struct Audit {
    /// The portfolios that admins have open, by admin.
    watched: RecentReads<(String, Uuid)>,
    /// The links that were read, by link id.
    links: RecentReads<Uuid>,
    clock: Clock,
}

/// Remembers reads that were recorded recently, so that repeated ones are recorded only once per
/// interval.
struct RecentReads<K> {
    interval_ms: i64,
    /// When the most recent audit line was written, in Unix milliseconds.
    recorded_ms: Mutex<HashMap<K, i64>>,
}

/// The method and path of a request, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    method: Method,
    path: String,
}

impl RequestInfo {
    pub fn from_parts(parts: &Parts) -> Self {
        Self { method: parts.method.clone(), path: parts.uri.path().to_owned() }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self::at(std::sync::Arc::new(clock::now_ms))
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Audit").finish_non_exhaustive()
    }
}

impl Audit {
    /// Creates an audit log that reads the time from `clock`.
    pub fn at(clock: Clock) -> Self {
        let (watched, links) = (RecentReads::every(WATCH_INTERVAL_MS), RecentReads::every(LINK_INTERVAL_MS));
        Self { watched, links, clock }
    }

    /// Records that an admin reads another user's portfolio.
    pub fn read(admin: &str, owner: &str, portfolio: Uuid, request: &RequestInfo) {
        tracing::info!(
            target: "audit",
            admin = ?admin,
            owner = ?owner,
            %portfolio,
            method = %request.method,
            path = ?request.path,
            "admin reads a portfolio of another user"
        );
    }

    /// Writes audit records while an admin has a page of another user's portfolio open: one at the
    /// first poll, then at most one per minute.
    pub fn watch(&self, admin: &str, owner: &str, portfolio: Uuid, request: &RequestInfo) {
        if self.watched.is_due((admin.to_owned(), portfolio), (self.clock)()) {
            Self::read(admin, owner, portfolio, request);
        }
    }

    /// Records that an admin reads a list of runs of all users: those with a support code, or those
    /// of today.
    pub fn list(admin: &str, support_code: Option<&str>, request: &RequestInfo) {
        tracing::info!(
            target: "audit",
            admin = ?admin,
            support_code,
            method = %request.method,
            path = ?request.path,
            "admin lists runs of all users"
        );
    }

    /// Records that someone reads a portfolio through a link: at the first read, then at most once
    /// an hour. The token of the link is not recorded.
    pub fn read_link(&self, owner: &str, portfolio: Uuid, link: Uuid) {
        if self.links.is_due(link, (self.clock)()) {
            tracing::info!(target: "audit", owner = ?owner, %portfolio, %link, "portfolio read through a link");
        }
    }
}

impl<K: Eq + Hash> RecentReads<K> {
    fn every(interval_ms: i64) -> Self {
        Self { interval_ms, recorded_ms: Mutex::default() }
    }

    /// Returns whether a read at `now_ms` must be recorded, and remembers it.
    fn is_due(&self, key: K, now_ms: i64) -> bool {
        // If the clock was set back, the read is recorded again: an extra audit line is better than
        // a missing one.
        let is_recent = |at: i64| (0..self.interval_ms).contains(&(now_ms - at));
        let mut recorded = lock(&self.recorded_ms);
        if recorded.get(&key).is_some_and(|&at| is_recent(at)) {
            return false;
        }
        if recorded.len() >= MAX_WATCHED {
            recorded.retain(|_, at| is_recent(*at));
        }
        if recorded.len() < MAX_WATCHED {
            recorded.insert(key, now_ms);
        }
        true
    }
}

/// Records a request of an impersonated session in the audit log. Ignores other sessions.
pub fn record_impersonation(session: &Session, parts: &Parts) {
    if let Some(actor) = &session.actor {
        let request = RequestInfo::from_parts(parts);
        tracing::info!(
            target: "audit",
            actor = ?actor.0,
            user = ?session.user_id,
            session = ?session.session_id,
            method = %request.method,
            path = ?request.path,
            "impersonation: request on behalf of another user"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{LINK_INTERVAL_MS, MAX_WATCHED, RecentReads, WATCH_INTERVAL_MS};

    fn watched() -> RecentReads<(&'static str, usize)> {
        RecentReads::every(WATCH_INTERVAL_MS)
    }

    #[test]
    fn records_watching_at_start_and_every_minute() {
        let watched = watched();
        let lines = (0..180).filter(|second| watched.is_due(("a", 1), second * 1_000)).count();
        assert_eq!(lines, 3);
    }

    #[test]
    fn records_link_at_start_and_every_hour() {
        let links = RecentReads::every(LINK_INTERVAL_MS);
        let minutes = (0..=60).filter(|minute| links.is_due(1, minute * 60_000)).collect::<Vec<_>>();
        assert_eq!(minutes, [0, 60]);
    }

    #[test]
    fn records_each_admin_and_portfolio_separately() {
        let watched = watched();
        assert!(watched.is_due(("a", 1), 0) && watched.is_due(("b", 1), 0) && watched.is_due(("a", 2), 0));
        assert!(!watched.is_due(("b", 1), 0));
    }

    #[test]
    fn records_again_after_clock_is_set_back() {
        let watched = watched();
        assert!(watched.is_due(("a", 1), WATCH_INTERVAL_MS * 10));
        assert!(watched.is_due(("a", 1), 0));
    }

    #[test]
    fn records_every_poll_while_memory_is_full() {
        let watched = watched();
        for portfolio in 0..MAX_WATCHED {
            assert!(watched.is_due(("a", portfolio), 0));
        }
        assert!(watched.is_due(("a", MAX_WATCHED), 0) && watched.is_due(("a", MAX_WATCHED), 0));
        assert!(!watched.is_due(("a", 1), 0));
    }
}
