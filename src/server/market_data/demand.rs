//! Tracks how many requests each run still has to make to a price source. Forecasts for one run
//! take the requests of the other runs into account, because all runs share one quota.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::server::util::lock::lock;

/// Maps the id of each run to its user and the number of requests that it still has to make.
type Demands = HashMap<u64, (Arc<str>, usize)>;

/// The number of requests that each run still has to make to one price source.
#[derive(Clone, Debug, Default)]
pub struct DemandRegistry {
    by_run: Arc<Mutex<Demands>>,
}

/// A guard that keeps a run in the registry. Dropping it removes the run.
#[derive(Debug)]
pub struct RegisteredDemand {
    registry: DemandRegistry,
    run: u64,
}

impl DemandRegistry {
    /// Registers that `run`, which belongs to `user`, still has to make `requests` requests. Each
    /// run registers only once.
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

/// The requests that all runs except one still have to make. They compete with that run for the
/// quota.
#[derive(Debug, Default)]
pub struct CompetingDemand {
    /// For each other run of the same user, the number of requests that it still has to make.
    own: Vec<usize>,
    /// For each other user, the number of requests that all of that user's runs still have to make.
    others: HashMap<Arc<str>, usize>,
}

impl CompetingDemand {
    /// Returns how many requests all runs together will have made by the time this run has made
    /// `count` requests. The result includes those `count` requests.
    ///
    /// Because the quota is shared fairly, other runs can make only a limited number of requests in
    /// that time. Each other run of the same user makes at most `count` requests. Each other user
    /// makes at most as many requests as all runs of this user together, plus the lead that this
    /// user has now. `lead` returns how many more requests this user has made so far than the other
    /// user.
    pub(super) fn requests_until(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own = count + self.own.iter().map(|requests| count.min(*requests)).sum::<usize>();
        let share = |(user, requests): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*requests)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
