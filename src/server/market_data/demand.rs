//! What runs still have to ask a provider for: what others wait for, so forecasts count it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;

/// What a run said of its need is forgotten after this time: runs say it again every second.
const HOLDS: Duration = Duration::from_secs(5);

/// How many requests each run of each user still has to make, as they last said, and when.
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

    /// All needs as this user sees them.
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
    /// How many requests go out until a run of this user has made `count`, these included. Each other run of this user
    /// makes as many at the most, and each other user as many as this one, and `lead` more: what this user has used
    /// before and the other one has not.
    pub fn before(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own: usize = self.own.iter().map(|need| count.min(*need)).sum();
        let share = |(user, need): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*need)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
