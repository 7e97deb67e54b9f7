//! Keeps recently viewed results in memory, so that they need not be read from the store again.
//!
//! Reading the results of ten thousand positions from the store takes almost a tenth of a second.
//! Without the cache, users would wait that long each time they sort a table, turn a page or
//! download a file. Only ended runs are cached, because their results no longer change. The cache
//! holds the results of a few runs and evicts the least recently used ones first. The store still
//! checks access on every request.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use status::RunStatus;
use uuid::Uuid;

use crate::server::{results::RunResults, util::lock::lock};

/// Maximum number of runs whose results are cached. For the largest portfolios, the results of one
/// run take about 30 MB.
const CAPACITY: usize = 4;

/// A cache for the results of recently viewed runs.
#[derive(Clone, Default)]
pub struct RecentResults {
    entries: Arc<Mutex<VecDeque<Arc<RunResults>>>>,
}

impl RecentResults {
    /// Returns the results of an attempt if they are cached.
    pub fn get(&self, id: Uuid, attempt: u32) -> Option<Arc<RunResults>> {
        let mut entries = lock(&self.entries);
        let index = entries.iter().position(|results| is_of_attempt(results, id, attempt))?;
        let found = entries.remove(index)?;
        entries.push_front(found.clone());
        Some(found)
    }

    /// Removes the cached results of a deleted portfolio.
    pub fn forget(&self, id: Uuid) {
        lock(&self.entries).retain(|results| results.run.identity.portfolio_id != id);
    }

    /// Caches the results of a run if it has ended.
    pub fn insert(&self, results: &Arc<RunResults>) {
        if matches!(results.run.status, RunStatus::Completed | RunStatus::Failed) {
            let identity = &results.run.identity;
            let mut entries = lock(&self.entries);
            entries.retain(|cached| !is_of_attempt(cached, identity.portfolio_id, identity.attempt));
            entries.push_front(results.clone());
            entries.truncate(CAPACITY);
        }
    }
}

fn is_of_attempt(results: &RunResults, id: Uuid, attempt: u32) -> bool {
    results.run.identity.portfolio_id == id && results.run.identity.attempt == attempt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{
        batch::Outputs,
        tracker::{RunIdentity, RunState},
    };

    fn results(id: u128, attempt: u32, status: RunStatus) -> Arc<RunResults> {
        let identity = RunIdentity {
            portfolio_id: Uuid::from_u128(id),
            owner: "local".to_owned(),
            portfolio_name: "Test".to_owned(),
            attempt,
            positions_total: 1,
            data_notice: None,
        };
        let mut run = RunState::new(identity, 0);
        run.status = status;
        Arc::new(RunResults { run, outputs: Outputs::default() })
    }

    fn is_cached(recent: &RecentResults, id: u128, attempt: u32) -> bool {
        recent.get(Uuid::from_u128(id), attempt).is_some()
    }

    #[test]
    fn caches_no_unfinished_run() {
        let recent = RecentResults::default();
        recent.insert(&results(1, 1, RunStatus::Running));
        assert!(!is_cached(&recent, 1, 1));
    }

    #[test]
    fn forgets_results_of_deleted_portfolio() {
        let recent = RecentResults::default();
        recent.insert(&results(1, 1, RunStatus::Completed));
        recent.forget(Uuid::from_u128(1));
        assert!(!is_cached(&recent, 1, 1));
    }

    #[test]
    fn separates_results_of_attempts() {
        let recent = RecentResults::default();
        recent.insert(&results(1, 1, RunStatus::Completed));
        assert!(is_cached(&recent, 1, 1) && !is_cached(&recent, 1, 2) && !is_cached(&recent, 2, 1));
    }

    #[test]
    fn evicts_least_recently_used_results() {
        let recent = RecentResults::default();
        for id in 0..CAPACITY as u128 {
            recent.insert(&results(id, 1, RunStatus::Completed));
        }
        assert!(is_cached(&recent, 0, 1), "this read makes run 0 the most recently used");
        recent.insert(&results(99, 1, RunStatus::Failed));
        assert!(is_cached(&recent, 0, 1) && is_cached(&recent, 99, 1) && !is_cached(&recent, 1, 1));
    }
}
