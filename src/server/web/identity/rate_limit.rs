//! Limits the request rate of each user with the generic cell rate algorithm (GCRA), which was
//! developed for ATM networks.
//!
//! The limiter stores one number per user: the theoretical arrival time. If that time is in the
//! past, a request first sets it to the current time. The request then advances it by 5 ms. If it
//! would end up more than 2 seconds (a burst of 400 requests) ahead of the current time, the
//! request is rejected, and the user has to wait. The algorithm allows the same requests as a token
//! bucket, but needs no refills.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Instant,
};

use super::rate_key::RateKey;
use crate::server::{
    auth::{Clock, Mode},
    util::lock::lock,
};

/// How far a request advances the theoretical arrival time, in milliseconds. 5 ms allows 200
/// requests per second in the long run.
const COST_MS: i64 = 5;

/// Maximum number of requests in a burst.
pub const BURST: i64 = 400;

/// Idle users are removed only once at least this many users are in memory.
const SWEEP_FROM: usize = 1_024;

/// Limits the number of requests per user.
pub struct Limits {
    /// `None` if requests are unlimited, as in `AUTH=dev`.
    users: Option<Mutex<Users>>,
    clock: Clock,
}

/// The users with recent requests. Every user is authenticated, and every link that is counted
/// exists, so a client cannot fill the map with made-up ids. A user who has sent no request for two
/// seconds can be removed, because the full burst is available to that user again.
struct Users {
    arrival_ms: HashMap<RateKey, i64>,
    sweep_at: usize,
}

/// How many seconds a user who exceeded the rate limit has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub u32);

impl fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    /// Creates the rate limits for an auth mode. The single user of `AUTH=dev` has no limit.
    pub fn new(mode: &Mode) -> Self {
        let start = Instant::now();
        // `Instant` is monotonic, so this clock never goes backward.
        Self::at(mode, Arc::new(move || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }

    /// Creates rate limits that read the time from `clock`, in milliseconds.
    pub fn at(mode: &Mode, clock: Clock) -> Self {
        let users = || Mutex::new(Users { arrival_ms: HashMap::new(), sweep_at: SWEEP_FROM });
        Self { users: (*mode != Mode::Dev).then(users), clock }
    }

    /// Counts a request against its user's limit.
    ///
    /// # Errors
    /// Returns `RetryAfter` if the user has exceeded the limit. A rejected request is not
    /// counted.
    pub fn count(&self, key: &RateKey) -> Result<(), RetryAfter> {
        let Some(users) = &self.users else { return Ok(()) };
        let now_ms = (self.clock)();
        lock(users).count(key, now_ms)
    }
}

impl Users {
    fn count(&mut self, key: &RateKey, now_ms: i64) -> Result<(), RetryAfter> {
        let latest_ms = now_ms.saturating_add(BURST * COST_MS);
        let known = self.arrival_ms.get_mut(key);
        let until_ms = known.as_ref().map_or(now_ms, |known| **known).clamp(now_ms, latest_ms) + COST_MS;
        if until_ms > latest_ms {
            // `Retry-After` is in whole seconds, so a wait of a few milliseconds is rounded up to a
            // second.
            let seconds = (until_ms - latest_ms + 999) / 1_000;
            return Err(RetryAfter(u32::try_from(seconds).unwrap_or(1)));
        }
        match known {
            Some(known) => *known = until_ms,
            None => self.insert(key, until_ms, now_ms),
        }
        Ok(())
    }

    fn insert(&mut self, key: &RateKey, until_ms: i64, now_ms: i64) {
        if self.arrival_ms.len() >= self.sweep_at {
            self.arrival_ms.retain(|_, until_ms| *until_ms > now_ms);
            self.sweep_at = SWEEP_FROM.max(self.arrival_ms.len() * 2);
        }
        self.arrival_ms.insert(key.clone(), until_ms);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::{BURST, Limits, RateKey, RetryAfter, SWEEP_FROM, Users};
    use crate::server::auth::{AuthSettings, Mode};

    fn clerk() -> Mode {
        let read = |name: &str| match name {
            "AUTH" => Some("clerk".to_owned()),
            "CLERK_ISSUER" => Some("https://clerk.example".to_owned()),
            _ => None,
        };
        AuthSettings::read(&read, &mut Vec::new()).unwrap().mode
    }

    fn limits(mode: &Mode) -> (Limits, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(0));
        let clock = now.clone();
        (Limits::at(mode, Arc::new(move || clock.load(Ordering::SeqCst))), now)
    }

    /// Submits `requests` simultaneous requests of one user to the rate limiter, and returns how
    /// many it allows.
    fn count_allowed(limits: &Limits, user: &str, requests: i64) -> i64 {
        (0..requests).map(|_| i64::from(limits.count(&RateKey::user(user)).is_ok())).sum()
    }

    #[test]
    fn allows_hundred_requests_per_second_however_spread() {
        let (limits, now) = limits(&clerk());
        for second in 0..60 {
            now.store(second * 1_000 + if second % 2 == 0 { 999 } else { 0 }, Ordering::SeqCst);
            assert_eq!(count_allowed(&limits, "a", 100), 100, "in second {second}");
        }
    }

    #[test]
    fn delays_only_the_user_over_the_limit() {
        let (limits, now) = limits(&clerk());
        assert_eq!(count_allowed(&limits, "a", BURST + 50), BURST);
        assert_eq!(limits.count(&RateKey::user("a")), Err(RetryAfter(1)));
        assert_eq!(count_allowed(&limits, "b", BURST), BURST);
        now.store(1_000, Ordering::SeqCst);
        assert_eq!(count_allowed(&limits, "a", BURST), 200, "rejected requests are not counted");
    }

    #[test]
    fn exempts_dev_mode_from_rate_limit() {
        let (limits, _) = limits(&Mode::Dev);
        assert_eq!(count_allowed(&limits, "local", BURST * 10), BURST * 10);
    }

    #[test]
    fn forgets_idle_users() {
        let mut users = Users { arrival_ms: std::collections::HashMap::new(), sweep_at: SWEEP_FROM };
        for user in 0..100_000_i64 {
            users.count(&RateKey::User(user.to_string()), user).unwrap();
            assert!(users.arrival_ms.len() <= SWEEP_FROM);
        }
    }
}
