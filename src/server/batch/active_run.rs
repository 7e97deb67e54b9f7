//! A run that this process computes, with all that belongs to it.

use std::time::Duration;

use futures::future::BoxFuture;

use super::{BatchContext, Control, Stop};
use crate::server::{
    store::{RunKey, StoreError, StoreResult},
    tracker::LiveRun,
    util::viewer::Viewer,
};

/// How long a store that is locked or full is left alone.
pub(super) const STORE_RETRY: Duration = Duration::from_secs(1);

/// A run under way.
pub(super) struct ActiveRun {
    pub context: BatchContext,
    /// Reuse nothing of earlier attempts.
    pub from_start: bool,
    /// As [`RunRecord`](crate::server::store::RunRecord) had it when this process claimed the run.
    pub start_count: u32,
    pub furthest: u64,
    /// The right to write to it.
    pub key: RunKey,
    /// Where it is watched.
    pub live: LiveRun,
    /// Whether it should stop.
    pub control: Control,
}

impl ActiveRun {
    /// Returns the owner as the viewer of what is stored.
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer::Owner(&self.live.identity().owner)
    }

    /// Asks the store, as often as it takes where it is locked or full.
    ///
    /// # Errors
    /// When the store says no, or the run is stopped meanwhile.
    pub async fn patiently<'a, T>(&self, ask: impl Fn() -> BoxFuture<'a, StoreResult<T>>) -> Result<T, Stop> {
        loop {
            match ask().await {
                Err(StoreError::Busy(error)) => {
                    tracing::warn!(%error, "the database does not answer; asking again");
                    tokio::select! {
                        () = tokio::time::sleep(STORE_RETRY) => {}
                        () = self.control.stopped() => self.control.checkpoint()?,
                    }
                }
                other => return other.map_err(Stop::from),
            }
        }
    }
}
