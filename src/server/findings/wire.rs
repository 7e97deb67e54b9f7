//! Chooses which findings a page gets.

use std::sync::Arc;

use status::Found;

use super::{FindingRecord, draw::drawing};

/// A poll of a run that goes on brings at most this many bytes of drawings, or a single one. The
/// page gets the others with its next polls.
pub const MAX_BYTES: usize = 3_000;

/// Returns whether a page that has all findings up to sequence number `seq` has all of `found`,
/// which must be in the order of the sequence numbers.
pub fn has_all(found: &[Arc<FindingRecord>], seq: u64) -> bool {
    found.last().is_none_or(|newest| newest.seq <= seq)
}

/// Returns the findings that have changed after sequence number `after`, oldest change first, with
/// about `max_bytes` bytes of HTML at most. The result is only empty if nothing has changed.
///
/// `found` must be in the order of the sequence numbers. Only findings that are returned are drawn,
/// so the cost grows with the bytes that are sent.
pub fn changed_after(found: &[Arc<FindingRecord>], after: u64, max_bytes: usize) -> Vec<Found> {
    let start = found.partition_point(|record| record.seq <= after);
    let mut bytes = 0;
    let mut chosen = Vec::new();
    for record in &found[start..] {
        let html = drawing(record, true);
        bytes += html.len();
        if bytes > max_bytes && !chosen.is_empty() {
            break;
        }
        chosen.push(Found { seq: record.seq, id: record.finding.id(), html });
    }
    chosen
}

/// Returns all findings for the first HTML of a page, in the order in which the page shows them.
pub fn all_for_page(found: &[Arc<FindingRecord>]) -> Vec<Found> {
    let to_found =
        |record: &Arc<FindingRecord>| Found { seq: record.seq, id: record.finding.id(), html: drawing(record, false) };
    let mut all: Vec<Found> = found.iter().map(to_found).collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}
