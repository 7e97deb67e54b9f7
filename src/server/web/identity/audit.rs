//! The audit log records reads by admins and requests of impersonated sessions. Its lines are part
//! of the server's log and have the target `audit`.
//!
//! The log filter never drops audit lines. Ids are quoted, so an id cannot imitate another field.

use std::{collections::HashMap, fmt, sync::Mutex};

use axum::http::{Method, request::Parts};
use uuid::Uuid;

use crate::server::{
    auth::{Clock, Session},
    util::{clock, lock::lock},
};

/// How often the audit log records a page that an admin keeps open, in milliseconds. The page
/// itself polls every two seconds.
const WATCH_INTERVAL_MS: i64 = 60_000;

/// Maximum number of entries in [`Audit::watched`], which has one entry per admin and open
/// portfolio. While the map is full, every poll of a portfolio without an entry is recorded.
const MAX_WATCHED: usize = 10_000;

/// Records reads by admins in the audit log.
pub struct Audit {
    /// For each admin and each portfolio that the admin has open: when the most recent audit line
    /// was written, in Unix milliseconds.
    watched: Mutex<HashMap<(String, Uuid), i64>>,
    clock: Clock,
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
        Self { watched: Mutex::default(), clock }
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
        if self.is_due(admin, portfolio) {
            Self::read(admin, owner, portfolio, request);
        }
    }

    fn is_due(&self, admin: &str, portfolio: Uuid) -> bool {
        let now_ms = (self.clock)();
        // If the clock was set back, the open page is recorded again: an extra audit line is better
        // than a missing one.
        let is_recent = |at: i64| (0..WATCH_INTERVAL_MS).contains(&(now_ms - at));
        let mut watched = lock(&self.watched);
        let key = (admin.to_owned(), portfolio);
        if watched.get(&key).is_some_and(|&at| is_recent(at)) {
            return false;
        }
        if watched.len() >= MAX_WATCHED {
            watched.retain(|_, at| is_recent(*at));
        }
        if watched.len() < MAX_WATCHED {
            watched.insert(key, now_ms);
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
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use uuid::Uuid;

    use super::{Audit, MAX_WATCHED, WATCH_INTERVAL_MS};

    const ONE: Uuid = Uuid::from_u128(1);

    fn audit() -> (Audit, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(0));
        let clock = now.clone();
        (Audit::at(Arc::new(move || clock.load(Ordering::SeqCst))), now)
    }

    #[test]
    fn records_watching_at_start_and_every_minute() {
        let (audit, now) = audit();
        let mut lines = 0;
        for second in 0..180 {
            now.store(second * 1_000, Ordering::SeqCst);
            lines += i32::from(audit.is_due("a", ONE));
        }
        assert_eq!(lines, 3);
    }

    #[test]
    fn records_each_admin_and_portfolio_separately() {
        let (audit, _) = audit();
        assert!(audit.is_due("a", ONE) && audit.is_due("b", ONE) && audit.is_due("a", Uuid::from_u128(2)));
        assert!(!audit.is_due("b", ONE));
    }

    #[test]
    fn records_again_after_clock_is_set_back() {
        let (audit, now) = audit();
        now.store(WATCH_INTERVAL_MS * 10, Ordering::SeqCst);
        assert!(audit.is_due("a", ONE));
        now.store(0, Ordering::SeqCst);
        assert!(audit.is_due("a", ONE));
    }

    #[test]
    fn records_every_poll_while_memory_is_full() {
        let (audit, _) = audit();
        for portfolio in 0..MAX_WATCHED as u128 {
            assert!(audit.is_due("a", Uuid::from_u128(portfolio)));
        }
        let one_more = Uuid::from_u128(MAX_WATCHED as u128);
        assert!(audit.is_due("a", one_more) && audit.is_due("a", one_more));
        assert!(!audit.is_due("a", ONE));
    }
}
