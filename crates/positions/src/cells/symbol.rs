//! Reads symbols, without the marks that brokers put around them.

use crate::fields;
use crate::problem::Fault;

/// Returns the symbol in upper case, without footnote marks and without the exchange.
///
/// # Errors
/// Returns a [`Fault`] if the rest is not a symbol.
pub(crate) fn clean_symbol(text: &str) -> Result<String, Fault> {
    let bare = text.trim().trim_matches(['*', '(', ')']);
    let bare = bare.rsplit(':').next().unwrap_or(bare).trim();
    fields::symbol(bare)
}
