//! Read-only links to a portfolio: making them, taking them back, and reading what they share.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use status::{LogEntry, Status};
use uuid::Uuid;

use super::{SetupService, StatusQuery};
use crate::server::{
    store::{Link, LinkTarget, NewLink, StoreResult, TokenHash},
    tracker::Entry,
    util::{clock, viewer::Viewer},
};

/// Longest time for which a link works, in hours: a week.
pub const MAX_LINK_HOURS: u32 = 168;

/// Maximum number of log entries that a link shares, counted back from the newest.
const SHARED_ENTRIES: usize = 500;

/// Number of log entries, including debug entries, that are read from the store at a time, and how
/// many times at most. They bound the cost of a request that needs no session.
const PAGE_ENTRIES: u64 = 500;
const MAX_PAGES: usize = 10;

/// Replaces a log message with a dollar sign. No phase logs amounts; this protects against a
/// message that quotes another service.
const HIDDEN_MESSAGE: &str = "This line mentions an amount, so it isn't shared.";

/// The secret part of a link: 256 random bits. Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken([u8; 32]);

impl LinkToken {
    /// Creates a random token from the random bits of three version 4 UUIDs: 366 bits, hashed to
    /// 256.
    fn random() -> Self {
        let bits = (0..3).fold(Sha256::new(), |hash, _| hash.chain_update(Uuid::new_v4()));
        Self(bits.finalize().into())
    }

    /// Parses the token in the path of a link. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        // The length is checked first, so that a long text is not decoded.
        let bytes = (text.len() == 43).then(|| BASE64_URL_SAFE_NO_PAD.decode(text).ok())??;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Returns the token as it appears in a link.
    pub fn reveal(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// Does not print the token.
impl fmt::Debug for LinkToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LinkToken")
    }
}

/// A link that was just made. Its token cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLinkToken {
    pub link: Link,
    pub token: LinkToken,
}

/// The part of a run that a link shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRun {
    /// The status of the newest run, without log entries.
    pub status: Status,
    /// The newest visible log entries, in order.
    pub entries: Vec<LogEntry>,
}

impl SetupService {
    /// Makes a link to a portfolio that works for `hours`.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](crate::server::store::StoreError::NotFound) if the owner
    /// has no such portfolio,
    /// [`StoreError::QuotaReached`](crate::server::store::StoreError::QuotaReached) if the
    /// portfolio has too many links, or another error if the store fails.
    pub async fn make_link(&self, owner: &str, id: Uuid, hours: u32) -> StoreResult<NewLinkToken> {
        let (token, created_ms) = (LinkToken::random(), clock::now_ms());
        let expires_ms = created_ms + i64::from(hours) * 3_600_000;
        let link = Link { id: Uuid::new_v4(), created_ms, expires_ms };
        let new = NewLink { id: link.id, portfolio_id: id, token_hash: token.hash(), created_ms, expires_ms };
        self.store().save_link(owner, &new).await?;
        Ok(NewLinkToken { link, token })
    }

    /// Returns what the link with this token leads to, or `None` if no such link works now.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn link_target(&self, token: &LinkToken) -> StoreResult<Option<LinkTarget>> {
        self.store().link_target(&token.hash(), clock::now_ms()).await
    }

    /// Returns what a link shares: the newest run of its portfolio.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](crate::server::store::StoreError::NotFound) if the
    /// portfolio was just deleted, or another error if the store fails.
    pub async fn shared_run(&self, target: &LinkTarget) -> StoreResult<SharedRun> {
        let (viewer, id) = (Viewer::Owner(&target.owner), target.portfolio_id);
        let (status, entries) = match self.attempt_head(viewer, id, None).await? {
            Some((run, attempts)) => {
                let entries = self.newest_shown(viewer, id, run.identity.attempt, run.last_line).await?;
                (run.to_status(attempts, None, clock::now_ms()), entries)
            }
            None => (self.status(viewer, id, StatusQuery::default()).await?, Vec::new()),
        };
        Ok(SharedRun { status, entries: entries.iter().map(shared_entry).collect() })
    }

    /// Returns the newest visible log entries up to the line `last`, in order, at most
    /// [`SHARED_ENTRIES`]. Most entries can be debug entries, so this reads the log backward, page
    /// by page, but no more than [`MAX_PAGES`] pages.
    async fn newest_shown(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32, last: u64) -> StoreResult<Vec<Entry>> {
        let (mut shown, mut end) = (Vec::new(), last);
        for _ in 0..MAX_PAGES {
            let start = end.saturating_sub(PAGE_ENTRIES);
            let mut page = self.entries_page(viewer, id, attempt, start, end).await?;
            page.retain(Entry::is_shown);
            page.append(&mut shown);
            (shown, end) = (page, start);
            if shown.len() >= SHARED_ENTRIES || end == 0 {
                break;
            }
        }
        Ok(shown.split_off(shown.len().saturating_sub(SHARED_ENTRIES)))
    }
}

/// Returns a log entry as a link shares it.
fn shared_entry(entry: &Entry) -> LogEntry {
    let entry = entry.to_wire();
    if entry.message.contains('$') { LogEntry { message: HIDDEN_MESSAGE.to_owned(), ..entry } } else { entry }
}

#[cfg(test)]
mod tests {
    use status::LogLevel;

    use super::{HIDDEN_MESSAGE, LinkToken, shared_entry};
    use crate::server::tracker::Entry;

    #[test]
    fn parses_only_tokens_as_revealed() {
        let token = LinkToken::random();
        let text = token.reveal();
        assert_eq!((text.len(), LinkToken::parse(&text)), (43, Some(token.clone())));
        assert_ne!(LinkToken::random(), token);
        assert_eq!(format!("{token:?}"), "LinkToken");
        for other in ["", &text[1..], &format!("{text}A"), &format!("{}=", &text[1..]), &format!("{}/", &text[1..])] {
            assert_eq!(LinkToken::parse(other), None, "{other}");
        }
    }

    #[test]
    fn shares_no_line_with_an_amount() {
        let message = |text: &str| {
            let entry =
                Entry { line: 1, seq: 1, at_ms: 0, level: LogLevel::Info, phase: None, message: text.to_owned() };
            shared_entry(&entry).message
        };
        assert_eq!(message("Fetched AAPL: 273 days of history"), "Fetched AAPL: 273 days of history");
        assert_eq!(message("plan allows $10 of requests"), HIDDEN_MESSAGE);
    }
}
