//! Tracks how many requests each run still has to make. Forecasts include the requests of other
//! runs, because all runs share one quota.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::server::util::lock::lock;

/// Maps each run to its user and the number of requests that it still has to make.
type Demands = HashMap<u64, (Arc<str>, usize)>;

/// The number of requests that each run still has to make to one source of prices.
#[derive(Clone, Debug, Default)]
pub struct DemandRegistry {
    by_run: Arc<Mutex<Demands>>,
}

/// A guard that keeps one run's remaining requests in the registry until it is dropped.
#[derive(Debug)]
pub struct RegisteredDemand {
    registry: DemandRegistry,
    run: u64,
}

impl DemandRegistry {
    /// Registers that `run`, a run of `user`, still has to make this number of requests. Each run
    /// registers only once.
    #[must_use = "dropping the guard removes the demand"]
    pub fn register(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        lock(&self.by_run).insert(run, (user.into(), requests));
        RegisteredDemand { registry: self.clone(), run }
    }

    /// Returns the demand of all runs except `run`, which belongs to `user`.
    pub fn competing(&self, user: &str, run: u64) -> CompetingDemand {
        let mut competing = CompetingDemand::default();
        for (other_run, (owner, requests)) in lock(&self.by_run).iter() {
            if *other_run == run {
                continue;
            }
            if **owner == *user {
                competing.own.push(*requests);
            } else {
                *competing.others.entry(owner.clone()).or_default() += requests;
            }
        }
        competing
    }
}

impl RegisteredDemand {
    /// Updates the number of requests that the run still has to make.
    pub fn update(&self, requests: usize) {
        if let Some((_, registered)) = lock(&self.registry.by_run).get_mut(&self.run) {
            *registered = requests;
        }
    }
}

impl Drop for RegisteredDemand {
    fn drop(&mut self) {
        lock(&self.registry.by_run).remove(&self.run);
    }
}

/// The remaining requests of all other runs, which compete with one run for the quota.
#[derive(Debug, Default)]
pub struct CompetingDemand {
    /// Number of remaining requests of each other run of the same user.
    own: Vec<usize>,
    /// Number of remaining requests of each other user, over all runs of that user.
    others: HashMap<Arc<str>, usize>,
}

impl CompetingDemand {
    /// Returns how many requests all runs together will have made by the time this run has made
    /// `count` requests. The result includes those `count` requests.
    ///
    /// The quota is shared fairly, which bounds the requests of others in that time: another run of
    /// the same user makes at most `count`, and another user makes at most `lead` more than this
    /// user. `lead` is the number of past requests by which this user is ahead of the other one.
    pub(super) fn requests_until(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own = count + self.own.iter().map(|requests| count.min(*requests)).sum::<usize>();
        let share = |(user, requests): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*requests)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
