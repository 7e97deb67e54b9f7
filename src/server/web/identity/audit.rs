//! Records who reads another user's portfolios: in the server's log, under the target `audit`.
//!
//! The log's filter never leaves these lines out. Ids are quoted, so none can look like two fields.

use std::{collections::HashMap, fmt, sync::Mutex};

use axum::http::{Method, request::Parts};
use uuid::Uuid;

use crate::server::{
    auth::{Clock, Session},
    util::{clock, lock::lock},
};

/// How often an open page is recorded, in milliseconds. It polls every two seconds.
const STILL_WATCHING_MS: i64 = 60_000;

/// Watched portfolios that are remembered. Beyond that, every poll is recorded.
const MOST: usize = 10_000;

/// Writes the audit record.
pub struct Audit {
    /// When each admin was last recorded as watching a portfolio.
    watched: Mutex<HashMap<(String, Uuid), i64>>,
    clock: Clock,
}

/// Method and path of a request, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    method: Method,
    path: String,
}

impl RequestInfo {
    /// Copies them from a request.
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
    /// A record by this clock.
    pub fn at(clock: Clock) -> Self {
        Self { watched: Mutex::default(), clock }
    }

    /// An admin reads a portfolio of another user.
    pub fn read(admin: &str, owner: &str, portfolio: Uuid, request: &RequestInfo) {
        tracing::info!(
            target: "audit",
            admin = ?admin,
            owner = ?owner,
            %portfolio,
            method = %request.method,
            path = ?request.path,
            "an admin reads a portfolio of another user"
        );
    }

    /// The same by an open page: on record when it begins, and once a minute while it goes on.
    pub fn watch(&self, admin: &str, owner: &str, portfolio: Uuid, request: &RequestInfo) {
        if self.is_news(admin, portfolio) {
            Self::read(admin, owner, portfolio, request);
        }
    }

    fn is_news(&self, admin: &str, portfolio: Uuid) -> bool {
        let now_ms = (self.clock)();
        // A clock that was set back counts as time that went by: rather one line too many.
        let is_recent = |at: i64| (0..STILL_WATCHING_MS).contains(&(now_ms - at));
        let mut watched = lock(&self.watched);
        let key = (admin.to_owned(), portfolio);
        if watched.get(&key).is_some_and(|&at| is_recent(at)) {
            return false;
        }
        if watched.len() >= MOST {
            watched.retain(|_, at| is_recent(*at));
        }
        if watched.len() < MOST {
            watched.insert(key, now_ms);
        }
        true
    }
}

/// Records a request of an impersonated session.
pub fn acted(session: &Session, parts: &Parts) {
    if let Some(actor) = &session.actor {
        let request = RequestInfo::from_parts(parts);
        tracing::info!(
            target: "audit",
            actor = ?actor.0,
            user = ?session.user_id,
            session = ?session.session_id,
            method = %request.method,
            path = ?request.path,
            "somebody acts as another user"
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

    use super::{Audit, MOST, STILL_WATCHING_MS};

    const ONE: Uuid = Uuid::from_u128(1);

    fn audit() -> (Audit, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(0));
        let clock = now.clone();
        (Audit::at(Arc::new(move || clock.load(Ordering::SeqCst))), now)
    }

    #[test]
    fn watching_is_news_when_it_begins_and_once_a_minute() {
        let (audit, now) = audit();
        let mut lines = 0;
        for second in 0..180 {
            now.store(second * 1_000, Ordering::SeqCst);
            lines += i32::from(audit.is_news("a", ONE));
        }
        assert_eq!(lines, 3);
    }

    #[test]
    fn each_admin_and_each_portfolio_is_news() {
        let (audit, _) = audit();
        assert!(audit.is_news("a", ONE) && audit.is_news("b", ONE) && audit.is_news("a", Uuid::from_u128(2)));
        assert!(!audit.is_news("b", ONE));
    }

    #[test]
    fn a_clock_set_back_hides_nothing() {
        let (audit, now) = audit();
        now.store(STILL_WATCHING_MS * 10, Ordering::SeqCst);
        assert!(audit.is_news("a", ONE));
        now.store(0, Ordering::SeqCst);
        assert!(audit.is_news("a", ONE));
    }

    #[test]
    fn what_is_not_remembered_is_on_record_each_time() {
        let (audit, _) = audit();
        for portfolio in 0..MOST as u128 {
            assert!(audit.is_news("a", Uuid::from_u128(portfolio)));
        }
        let one_more = Uuid::from_u128(MOST as u128);
        assert!(audit.is_news("a", one_more) && audit.is_news("a", one_more));
        assert!(!audit.is_news("a", ONE));
    }
}
