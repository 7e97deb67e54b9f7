//! Layouts: what a person took the columns of a file for. A layout is remembered when the file
//! starts, and applied to the next file with the same header.

use positions::{Assumptions, FileContent, Reading};
use serde::Serialize;
use sha2::{Digest, Sha256};
use text::hex;
use uuid::Uuid;

use super::{OpenPreview, PreviewError, PreviewService};
use crate::server::{store::Layout, util::clock};

/// Maximum size of a remembered layout, in bytes of JSON. A file with more columns than that is not
/// remembered.
const MAX_LAYOUT: usize = 64 * 1024;

/// Maximum length of a layout's name, in characters.
const MAX_NAME: usize = 60;

/// Number of header cells that name a layout without a name of its own.
const NAMED_CELLS: usize = 3;

/// A layout that was applied to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RememberedLayout {
    pub id: Uuid,
    pub name: String,
}

impl From<Layout> for RememberedLayout {
    fn from(layout: Layout) -> Self {
        Self { id: layout.id, name: layout.name }
    }
}

/// Returns the key under which the store keeps the layout of a header: a hash, because a header may
/// be long.
pub(super) fn key(header_key: &str) -> String {
    hex(&Sha256::digest(header_key))
}

/// Returns the name of a layout for lists: its own name, or the first words of the header.
fn name(content: &FileContent) -> String {
    let cells = || content.reading.columns.iter().map(|column| column.name.trim()).filter(|name| !name.is_empty());
    let header = || cells().take(NAMED_CELLS).collect::<Vec<_>>().join(", ");
    let name = content.layout.clone().unwrap_or_else(header);
    name.chars().filter(|character| !text::is_unshowable(*character)).take(MAX_NAME).collect()
}

impl PreviewService {
    /// Returns the layout to remember when this preview starts, with its key. Returns `None` if the
    /// person left all columns as the reader took them.
    pub(super) async fn layout_to_remember(
        &self,
        open: &OpenPreview,
    ) -> Result<Option<(String, Layout)>, PreviewError> {
        let OpenPreview { preview, checked } = open;
        let content = &checked.content;
        if preview.entries.changes.columns.is_empty() && checked.remembered.is_none() {
            return Ok(None);
        }
        // Programs send back complete readings, so the columns are compared with those that the
        // reader chooses by itself.
        let without = Reading { columns: Vec::new(), ..preview.entries.changes.clone() };
        let plain = self.read_file(self.bytes(preview).await?, without).await?;
        let is_changed = |column: &&positions::ColumnReading| {
            let own = plain.reading.columns.iter().find(|own| own.index == column.index);
            own.is_none_or(|own| own.field != column.field)
        };
        let columns: Vec<_> = content.reading.columns.iter().filter(is_changed).cloned().collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let reading = Reading {
            columns,
            decimal: content.reading.decimal,
            date_order: content.reading.date_order,
            assumptions: Assumptions::default(),
            ..Reading::default()
        };
        let size = serde_json::to_vec(&reading).map_err(|error| PreviewError::Internal(error.to_string()))?.len();
        if size > MAX_LAYOUT {
            return Ok(None);
        }
        let layout = Layout { id: Uuid::new_v4(), name: name(content), reading, used_ms: clock::now_ms() };
        Ok(Some((key(&content.header_key), layout)))
    }
}
