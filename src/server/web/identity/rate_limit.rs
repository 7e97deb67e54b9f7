//! How many requests a user may make.
//!
//! Keeps one number per user: the time up to which their requests are paid for, each of which costs
//! a few milliseconds. A user who is further ahead of the clock than the burst allows has to wait
//! (the generic cell rate algorithm, as in ATM). It allows the same as a token bucket, without
//! refills.

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

/// What a request costs, in milliseconds: 200 requests per second are sustained.
const COST_MS: i64 = 5;

/// Requests that may come at once.
pub const BURST: i64 = 400;

/// Number of users from which idle ones are looked for and forgotten.
const SWEEP_FROM: usize = 1_024;

/// Who has made how many requests.
pub struct Limits {
    /// `None` where there is no limit.
    users: Option<Mutex<Users>>,
    clock: Clock,
}

/// Users are verified, so nobody can make them up; those who have not asked for two seconds are forgotten.
struct Users {
    paid_until_ms: HashMap<RateKey, i64>,
    sweep_at: usize,
}

/// Too many requests: the next one is welcome after this many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later(pub u32);

impl fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    /// Returns the limits of this auth mode. The only user of `AUTH=dev` has no limit.
    pub fn new(mode: &Mode) -> Self {
        let start = Instant::now();
        // It never goes back.
        Self::at(mode, Arc::new(move || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX)))
    }

    /// The same by another clock.
    pub fn at(mode: &Mode, clock: Clock) -> Self {
        let users = || Mutex::new(Users { paid_until_ms: HashMap::new(), sweep_at: SWEEP_FROM });
        Self { users: (*mode != Mode::Dev).then(users), clock }
    }

    /// Counts a request under this key.
    ///
    /// # Errors
    /// When there were too many.
    pub fn count(&self, key: &RateKey) -> Result<(), Later> {
        let Some(users) = &self.users else { return Ok(()) };
        let now_ms = (self.clock)();
        lock(users).count(key, now_ms)
    }
}

impl Users {
    fn count(&mut self, key: &RateKey, now_ms: i64) -> Result<(), Later> {
        let most_ms = now_ms.saturating_add(BURST * COST_MS);
        let known = self.paid_until_ms.get_mut(key);
        let until_ms = known.as_ref().map_or(now_ms, |known| **known).clamp(now_ms, most_ms) + COST_MS;
        if until_ms > most_ms {
            // A wait of milliseconds is told as a second: the header knows nothing smaller.
            let seconds = (until_ms - most_ms + 999) / 1_000;
            return Err(Later(u32::try_from(seconds).unwrap_or(1)));
        }
        match known {
            Some(known) => *known = until_ms,
            None => self.insert(key, until_ms, now_ms),
        }
        Ok(())
    }

    fn insert(&mut self, key: &RateKey, until_ms: i64, now_ms: i64) {
        if self.paid_until_ms.len() >= self.sweep_at {
            self.paid_until_ms.retain(|_, until_ms| *until_ms > now_ms);
            self.sweep_at = SWEEP_FROM.max(self.paid_until_ms.len() * 2);
        }
        self.paid_until_ms.insert(key.clone(), until_ms);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::{BURST, Later, Limits, RateKey, SWEEP_FROM, Users};
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

    /// How many of so many requests at once are let in.
    fn let_in(limits: &Limits, user: &str, requests: i64) -> i64 {
        (0..requests).map(|_| i64::from(limits.count(&RateKey::user(user)).is_ok())).sum()
    }

    #[test]
    fn a_hundred_requests_a_second_are_never_too_many_however_they_are_spread() {
        let (limits, now) = limits(&clerk());
        for second in 0..60 {
            now.store(second * 1_000 + if second % 2 == 0 { 999 } else { 0 }, Ordering::SeqCst);
            assert_eq!(let_in(&limits, "a", 100), 100, "in second {second}");
        }
    }

    #[test]
    fn too_many_at_once_wait_a_second_and_nobody_else_does() {
        let (limits, now) = limits(&clerk());
        assert_eq!(let_in(&limits, "a", BURST + 50), BURST);
        assert_eq!(limits.count(&RateKey::user("a")), Err(Later(1)));
        assert_eq!(let_in(&limits, "b", BURST), BURST);
        now.store(1_000, Ordering::SeqCst);
        assert_eq!(let_in(&limits, "a", BURST), 200, "what is refused costs nothing");
    }

    #[test]
    fn where_nobody_signs_in_there_is_no_limit() {
        let (limits, _) = limits(&Mode::Dev);
        assert_eq!(let_in(&limits, "local", BURST * 10), BURST * 10);
    }

    #[test]
    fn who_does_not_ask_any_more_is_forgotten() {
        let mut users = Users { paid_until_ms: std::collections::HashMap::new(), sweep_at: SWEEP_FROM };
        for user in 0..100_000_i64 {
            users.count(&RateKey::User(user.to_string()), user).unwrap();
            assert!(users.paid_until_ms.len() <= SWEEP_FROM);
        }
    }
}
