//! Lists of the runs of all users, for support staff.

use status::RunStatus;

use super::SetupService;
use crate::server::{
    store::{QueueState, RunList, RunListItem, StoreResult},
    util::{clock, viewer::Viewer},
};

/// Maximum number of runs in a list.
const MAX_LISTED: u32 = 100;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

impl SetupService {
    /// Returns the newest runs with this support code, at most 100. Usually there is one.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn runs_with_code(&self, viewer: Viewer<'_>, code: &str) -> StoreResult<Vec<RunListItem>> {
        let mut items = self.store().runs_with_code(viewer, code, MAX_LISTED).await?;
        self.update_live(viewer, &mut items);
        Ok(items)
    }

    /// Returns the newest runs that were accepted today (UTC), at most 100, and the number of the
    /// others.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn runs_of_today(&self, viewer: Viewer<'_>) -> StoreResult<RunList> {
        let now_ms = clock::now_ms();
        let midnight_ms = now_ms - now_ms.rem_euclid(DAY_MS);
        let mut list = self.store().runs_since(viewer, midnight_ms, MAX_LISTED).await?;
        self.update_live(viewer, &mut list.items);
        Ok(list)
    }

    /// Takes the percentage, phase and queue position of runs in memory from there. The store is up
    /// to a second behind, and it does not know the running phase and the queue position.
    fn update_live(&self, viewer: Viewer<'_>, items: &mut [RunListItem]) {
        for item in items.iter_mut().filter(|item| item.status == RunStatus::Running) {
            if let Some(live) = self.live(viewer, item.portfolio_id)
                && live.identity().attempt == item.attempt
            {
                live.read(|state| {
                    item.percent = state.shown_percent;
                    item.queue = QueueState::from_position(state.queue_position);
                    item.phase = state.running_phase();
                });
            }
        }
    }
}
