//! Results that somebody looked at lately, as they come out of the store.
//!
//! Reading those of ten thousand positions takes the best part of a tenth of a second; ordering a table, turning a page
//! or downloading a file should not pay for it again. Only runs that are over are kept, since theirs do not change, and
//! only a few: the oldest one goes first. Who may see them is asked of the store each time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use status::RunStatus;
use uuid::Uuid;

use crate::server::{results::RunResults, util::lock::lock};

/// Runs kept: of the largest portfolios some 30 MB each.
const KEPT: usize = 4;

/// The last few results.
#[derive(Clone, Default)]
pub struct RecentResults {
    kept: Arc<Mutex<VecDeque<Arc<RunResults>>>>,
}

impl RecentResults {
    /// Those of this attempt, where they are kept.
    pub fn get(&self, id: Uuid, attempt: u32) -> Option<Arc<RunResults>> {
        let mut kept = lock(&self.kept);
        let at = kept.iter().position(|results| is_of(results, id, attempt))?;
        let found = kept.remove(at)?;
        kept.push_front(found.clone());
        Some(found)
    }

    /// Those of a portfolio that is deleted are gone.
    pub fn forget(&self, id: Uuid) {
        lock(&self.kept).retain(|results| results.run.identity.portfolio_id != id);
    }

    /// Keeps them, if they are those of a run that is over.
    pub fn keep(&self, results: &Arc<RunResults>) {
        if matches!(results.run.status, RunStatus::Completed | RunStatus::Failed) {
            let identity = &results.run.identity;
            let mut kept = lock(&self.kept);
            kept.retain(|known| !is_of(known, identity.portfolio_id, identity.attempt));
            kept.push_front(results.clone());
            kept.truncate(KEPT);
        }
    }
}

fn is_of(results: &RunResults, id: Uuid, attempt: u32) -> bool {
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

    fn has(recent: &RecentResults, id: u128, attempt: u32) -> bool {
        recent.get(Uuid::from_u128(id), attempt).is_some()
    }

    #[test]
    fn caches_no_unfinished_run() {
        let recent = RecentResults::default();
        recent.keep(&results(1, 1, RunStatus::Running));
        assert!(!has(&recent, 1, 1));
    }

    #[test]
    fn forgets_results_of_deleted_portfolio() {
        let recent = RecentResults::default();
        recent.keep(&results(1, 1, RunStatus::Completed));
        recent.forget(Uuid::from_u128(1));
        assert!(!has(&recent, 1, 1));
    }

    #[test]
    fn separates_results_of_attempts() {
        let recent = RecentResults::default();
        recent.keep(&results(1, 1, RunStatus::Completed));
        assert!(has(&recent, 1, 1) && !has(&recent, 1, 2) && !has(&recent, 2, 1));
    }

    #[test]
    fn evicts_least_recently_used_results() {
        let recent = RecentResults::default();
        for id in 0..KEPT as u128 {
            recent.keep(&results(id, 1, RunStatus::Completed));
        }
        assert!(has(&recent, 0, 1), "looked at");
        recent.keep(&results(99, 1, RunStatus::Failed));
        assert!(has(&recent, 0, 1) && has(&recent, 99, 1) && !has(&recent, 1, 1));
    }
}
