//! Read-only links: anyone who has one can read the status and the log of a portfolio.

use async_trait::async_trait;
use uuid::Uuid;

use super::StoreResult;

/// Maximum number of links that a portfolio may have at a time. Expired links do not count.
pub const MAX_LINKS: u32 = 20;

/// The SHA-256 hash of a link's token. The token itself is not stored.
pub type TokenHash = [u8; 32];

/// A link that is to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLink {
    pub id: Uuid,
    pub portfolio_id: Uuid,
    pub token_hash: TokenHash,
    pub created_ms: i64,
    /// The link works before this time.
    pub expires_ms: i64,
}

/// A link of a portfolio, as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub created_ms: i64,
    pub expires_ms: i64,
}

/// The portfolio to which a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTarget {
    pub link_id: Uuid,
    pub portfolio_id: Uuid,
    pub owner: String,
    pub expires_ms: i64,
}

/// Persistent storage of links. Every method except [`LinkStore::link_target`] checks the owner in
/// its query.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// Stores a link of a portfolio.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](super::StoreError::NotFound) if the owner has no such
    /// portfolio, and [`StoreError::QuotaReached`](super::StoreError::QuotaReached) if the
    /// portfolio has [`MAX_LINKS`] links that have not expired.
    async fn save_link(&self, owner: &str, link: &NewLink) -> StoreResult<()>;

    /// Returns the links of a portfolio that work at `now_ms`, newest first.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](super::StoreError::NotFound) if the owner has no such
    /// portfolio.
    async fn links(&self, owner: &str, portfolio_id: Uuid, now_ms: i64) -> StoreResult<Vec<Link>>;

    /// Deletes a link. Returns `false` if the owner has no such link of this portfolio.
    async fn delete_link(&self, owner: &str, portfolio_id: Uuid, link_id: Uuid) -> StoreResult<bool>;

    /// Returns what the link with this token leads to, if it works at `now_ms`.
    async fn link_target(&self, token_hash: &TokenHash, now_ms: i64) -> StoreResult<Option<LinkTarget>>;

    /// Deletes the links that have expired at `now_ms`, and returns their number.
    async fn purge_links(&self, now_ms: i64) -> StoreResult<u64>;
}
