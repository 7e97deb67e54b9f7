//! Lists of the runs of all users, for support staff.

use async_trait::async_trait;
use status::{Phase, RunStatus};
use uuid::Uuid;

use super::{QueueState, StoreResult};
use crate::server::util::viewer::Viewer;

/// A run in a list for support staff. It has neither the name of the portfolio nor anything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunListItem {
    pub portfolio_id: Uuid,
    pub attempt: u32,
    pub owner: String,
    pub status: RunStatus,
    /// Whether the owner cancelled the run. Its `status` is then `Failed`.
    pub is_cancelled: bool,
    pub percent: u32,
    pub queue: QueueState,
    /// The phase that failed, or the phase that is running.
    pub phase: Option<Phase>,
    pub support_code: String,
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
}

/// The newest runs of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunList {
    /// The runs, newest first.
    pub items: Vec<RunListItem>,
    /// The number of older runs in the period that `items` does not contain.
    pub more: u64,
}

/// Finds runs of all users. An ordinary viewer gets only their own.
#[async_trait]
pub trait RunListStore: Send + Sync {
    /// Returns the newest `limit` runs with this support code. Different runs can have the same
    /// code, because it encodes only 30 bits.
    async fn runs_with_code(&self, viewer: Viewer<'_>, code: &str, limit: u32) -> StoreResult<Vec<RunListItem>>;

    /// Returns the newest `limit` runs that were accepted at `since_ms` or later.
    async fn runs_since(&self, viewer: Viewer<'_>, since_ms: i64, limit: u32) -> StoreResult<RunList>;
}
