//! Requests that runs still have to make. Forecasts count them, because other runs wait for them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;

/// Time after which a run's reported need is forgotten; runs report it again every second.
const HOLDS: Duration = Duration::from_secs(5);

/// Requests that each run of each user still has to make, with the time of the last report.
#[derive(Debug, Default)]
pub(super) struct Needs {
    by_run: HashMap<(Arc<str>, u64), (usize, Instant)>,
}

impl Needs {
    /// Notes what a run needs, and forgets what others have not repeated.
    pub fn note(&mut self, user: &str, run: u64, requests: usize, now: Instant) {
        self.by_run.retain(|_, (_, said)| *said + HOLDS > now);
        let key = (Arc::from(user), run);
        if requests == 0 {
            self.by_run.remove(&key);
        } else {
            self.by_run.insert(key, (requests, now));
        }
    }

    /// Returns all needs, split into this user's own and those of others.
    pub fn seen_by(&self, user: &str) -> Demand {
        let mut demand = Demand { own: Vec::new(), others: HashMap::new() };
        for ((of, _), (need, _)) in &self.by_run {
            if **of == *user {
                demand.own.push(*need);
            } else {
                *demand.others.entry(of.clone()).or_default() += need;
            }
        }
        demand
    }
}

/// The needs of one user's runs, and of everybody else.
pub(super) struct Demand {
    own: Vec<usize>,
    others: HashMap<Arc<str>, usize>,
}

impl Demand {
    /// Returns how many requests go out until a run of this user has made `count`, including these.
    /// Each other run of this user makes at most `count`, each other user at most as many as this
    /// user plus `lead`: the past requests by which this user is ahead.
    pub fn before(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own: usize = self.own.iter().map(|need| count.min(*need)).sum();
        let share = |(user, need): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*need)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
