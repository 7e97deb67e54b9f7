//! Uploaded files: previews that have not started, the files of portfolios, and remembered layouts.

use std::{
    fmt,
    io::{self, Read, Write},
};

use async_trait::async_trait;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use positions::{Position, Reading};
use uuid::Uuid;

use super::{AcceptedRun, Quotas, StoreResult};
use crate::server::util::viewer::Viewer;

/// Maximum number of previews that a user may have at a time. The oldest makes room for the next.
pub const MAX_PREVIEWS: u32 = 10;

/// Maximum number of layouts that are remembered for a user. The one that was not used for longest
/// makes room for the next.
pub const MAX_LAYOUTS: u32 = 100;

/// An uploaded file, compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub name: String,
    pub(super) gzip: Vec<u8>,
}

impl StoredFile {
    /// Compresses a file. For a large file, this is a long computation.
    pub fn compress(name: String, bytes: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // Writing into memory cannot fail.
        let _ = encoder.write_all(bytes);
        Self { name, gzip: encoder.finish().unwrap_or_default() }
    }

    /// Returns the bytes as they were uploaded.
    ///
    /// # Errors
    /// Returns an error if the stored bytes are damaged.
    pub fn decompress(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.gzip.as_slice()).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl fmt::Debug for StoredFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StoredFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The file that a new portfolio is stored with.
#[derive(Clone, Debug, PartialEq)]
pub enum FileSource {
    /// No file. Only tests create such portfolios.
    None,
    Upload(StoredFile),
    /// The file of a preview. Creating the portfolio deletes the preview, in the same transaction.
    Preview(Uuid),
}

/// An uploaded file that has been read but not started.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub id: Uuid,
    pub owner: String,
    pub file: StoredFile,
    pub entries: PreviewEntries,
    /// The portfolio whose positions this file corrects. `None` if it becomes a new portfolio.
    pub corrects: Option<Uuid>,
    pub created_ms: i64,
}

/// The file that a portfolio was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct PortfolioFile {
    pub file: StoredFile,
    /// The parts of the reading that the person decided.
    pub changes: Reading,
}

/// The corrected positions of a portfolio, for its next attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    pub owner: String,
    pub portfolio_id: Uuid,
    /// The preview that the positions come from. It must be one that corrects this portfolio.
    pub preview_id: Uuid,
    pub name: String,
    pub cash: f64,
    pub positions: Vec<Position>,
    pub now_ms: i64,
}

/// The entries and decisions of a person about an uploaded file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreviewEntries {
    /// The portfolio's name as typed.
    pub name: String,
    /// The cash balance as typed.
    pub cash: String,
    /// The parts of the reading that the person decided.
    pub changes: Reading,
}

/// A person's mapping of the columns of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub id: Uuid,
    /// The name of the layout, or the first words of its header.
    pub name: String,
    /// The parts of the reading that are applied to the next file with this header.
    pub reading: Reading,
    pub used_ms: i64,
}

/// Persistent storage of uploaded files. Every method checks the owner or viewer in its query.
#[async_trait]
pub trait UploadStore: Send + Sync {
    /// Stores a preview. If the owner has more than [`MAX_PREVIEWS`], deletes the oldest.
    ///
    /// # Errors
    /// Returns [`StoreError::QuotaReached`](super::StoreError::QuotaReached) if the owner would
    /// store more bytes than `quotas` allow.
    async fn save_preview(&self, preview: &Preview, quotas: &Quotas) -> StoreResult<()>;

    /// Stores a preview that corrects a portfolio, and returns its id. If the portfolio already has
    /// one that was not created before `since_ms`, returns the id of that preview instead, so that
    /// nothing that the person has corrected is lost.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](super::StoreError::NotFound) if the owner has no such
    /// portfolio, and otherwise the same errors as [`Self::save_preview`].
    async fn save_correction(&self, preview: &Preview, since_ms: i64, quotas: &Quotas) -> StoreResult<Uuid>;

    /// Replaces the file of a preview, and what the person typed and decided. Returns `false` if
    /// the owner has no such preview.
    ///
    /// # Errors
    /// Returns the same errors as [`Self::save_preview`].
    async fn replace_preview_file(
        &self,
        owner: &str,
        id: Uuid,
        file: &StoredFile,
        entries: &PreviewEntries,
        quotas: &Quotas,
    ) -> StoreResult<bool>;

    /// Returns a preview unless it was created before `since_ms`.
    async fn preview(&self, owner: &str, id: Uuid, since_ms: i64) -> StoreResult<Option<Preview>>;

    /// Replaces what the person typed and decided. Returns `false` if the owner has no such
    /// preview.
    async fn change_preview(&self, owner: &str, id: Uuid, entries: &PreviewEntries) -> StoreResult<bool>;

    /// Returns the run that was started from a preview, if there is one: the first run of a
    /// portfolio, or the first run after a correction.
    async fn run_of_preview(&self, owner: &str, id: Uuid) -> StoreResult<Option<AcceptedRun>>;

    /// Deletes the previews that were created before `before_ms`, and returns their number.
    async fn purge_previews(&self, before_ms: i64) -> StoreResult<u64>;

    /// Returns the file that a portfolio was read from, or `None` if an earlier version of this
    /// program stored the portfolio.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`](super::StoreError::NotFound) if the portfolio does not
    /// exist or the viewer may not read it.
    async fn portfolio_file(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<PortfolioFile>>;

    /// Returns whether the file that a portfolio was read from is stored, and the viewer may read
    /// it.
    async fn has_portfolio_file(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<bool>;

    /// Renames a portfolio that has no active run.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`](super::StoreError::AlreadyRunning) while a run is
    /// active, and [`StoreError::NotFound`](super::StoreError::NotFound) if the owner has no such
    /// portfolio.
    async fn rename_portfolio(&self, owner: &str, portfolio_id: Uuid, name: &str) -> StoreResult<()>;

    /// Remembers a layout for the header with this key, in place of an earlier one. If the owner
    /// has more than [`MAX_LAYOUTS`], deletes the one that was not used for longest.
    async fn save_layout(&self, owner: &str, header_key: &str, layout: &Layout) -> StoreResult<()>;

    /// Returns the layout that is remembered for a header.
    async fn layout(&self, owner: &str, header_key: &str) -> StoreResult<Option<Layout>>;

    /// Returns all layouts of a user, most recently used first.
    async fn layouts(&self, owner: &str) -> StoreResult<Vec<Layout>>;

    /// Forgets one layout, or all layouts of the user if `id` is `None`. Returns how many were
    /// forgotten.
    async fn forget_layouts(&self, owner: &str, id: Option<Uuid>) -> StoreResult<u64>;
}

#[cfg(test)]
mod tests {
    use super::StoredFile;

    #[test]
    fn returns_compressed_file_unchanged() {
        for bytes in [&b""[..], b"Symbol\n\xff\x00"] {
            let file = StoredFile::compress("a.csv".to_owned(), bytes);
            assert_eq!(file.decompress().unwrap(), bytes);
        }
    }
}
