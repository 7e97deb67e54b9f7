//! Requests that runs still have to make. Forecasts count them, because other runs wait for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::server::util::lock::lock;

/// Requests that each run still has to make, with its user.
type Demands = HashMap<u64, (Arc<str>, usize)>;

/// The demand of all runs that collect prices from one source.
#[derive(Clone, Debug, Default)]
pub struct DemandRegistry {
    by_run: Arc<Mutex<Demands>>,
}

/// The registered demand of one run. Dropping it withdraws the demand.
#[derive(Debug)]
pub struct RegisteredDemand {
    registry: DemandRegistry,
    run: u64,
}

impl DemandRegistry {
    /// Registers that this run of this user still has to make `requests`. A run registers once.
    #[must_use = "dropping it withdraws the demand"]
    pub fn register(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        lock(&self.by_run).insert(run, (user.into(), requests));
        RegisteredDemand { registry: self.clone(), run }
    }

    /// Returns the demand that this run of this user competes with.
    pub fn competing(&self, user: &str, run: u64) -> CompetingDemand {
        let mut competing = CompetingDemand::default();
        for (other, (of, requests)) in lock(&self.by_run).iter() {
            if *other == run {
                continue;
            }
            if **of == *user {
                competing.own.push(*requests);
            } else {
                *competing.others.entry(of.clone()).or_default() += requests;
            }
        }
        competing
    }
}

impl RegisteredDemand {
    /// Changes the number of requests that the run still has to make.
    pub fn update(&self, requests: usize) {
        if let Some((_, known)) = lock(&self.registry.by_run).get_mut(&self.run) {
            *known = requests;
        }
    }
}

impl Drop for RegisteredDemand {
    fn drop(&mut self) {
        lock(&self.registry.by_run).remove(&self.run);
    }
}

/// The demand of the user's other runs, and of all other users.
#[derive(Debug, Default)]
pub struct CompetingDemand {
    own: Vec<usize>,
    others: HashMap<Arc<str>, usize>,
}

impl CompetingDemand {
    /// Returns how many requests go out until the run has made `count`, including these. Each
    /// other run of its user makes at most `count`, each other user at most as many as this user
    /// plus `lead`: the past requests by which this user is ahead.
    pub(super) fn before(&self, count: usize, lead: impl Fn(&str) -> i64) -> usize {
        let own = count + self.own.iter().map(|requests| count.min(*requests)).sum::<usize>();
        let share = |(user, requests): (&Arc<str>, &usize)| {
            let turns = i64::try_from(own).unwrap_or(i64::MAX).saturating_add(lead(user));
            usize::try_from(turns).unwrap_or(0).min(*requests)
        };
        own + self.others.iter().map(share).sum::<usize>()
    }
}
