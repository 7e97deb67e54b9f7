//! Tracks the requests that each run still has to make. Forecasts include them, because runs share
//! one quota.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::server::util::lock::lock;

/// Maps each run to its user and the number of requests that it still has to make.
type Demands = HashMap<u64, (Arc<str>, usize)>;

/// The remaining requests of all runs that fetch prices from one source.
#[derive(Clone, Debug, Default)]
pub struct DemandRegistry {
    by_run: Arc<Mutex<Demands>>,
}

/// The remaining requests of one run. Dropping the guard removes them from the registry.
#[derive(Debug)]
pub struct RegisteredDemand {
    registry: DemandRegistry,
    run: u64,
}

impl DemandRegistry {
    /// Registers that `run` of `user` still has to make `requests`. A run registers only once.
    #[must_use = "dropping the guard removes the demand"]
    pub fn register(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        lock(&self.by_run).insert(run, (user.into(), requests));
        RegisteredDemand { registry: self.clone(), run }
    }

    /// Returns the demand of all runs except `run`, whose user is `user`.
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
    /// Sets the number of requests that the run still has to make.
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

/// The demand that competes with one run for the quota.
#[derive(Debug, Default)]
pub struct CompetingDemand {
    /// Remaining requests of each other run of the same user.
    own: Vec<usize>,
    /// Remaining requests of each other user.
    others: HashMap<Arc<str>, usize>,
}

impl CompetingDemand {
    /// Returns the number of requests by all runs until the run has made `count` of its own,
    /// including those.
    ///
    /// Fair sharing bounds the others: each other run of the same user makes at most `count`
    /// requests in that time, and each other user at most the number of this user's requests plus
    /// `lead`. `lead` is the number of past requests by which this user is ahead of the other one.
    pub(super) fn requests_until(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own = count + self.own.iter().map(|requests| count.min(*requests)).sum::<usize>();
        let share = |(user, requests): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*requests)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
