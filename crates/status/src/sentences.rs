//! Sentences that both the server and the live page show, so that they stay the same.

/// Shown while results wait to be stored because the database is locked or full.
pub const STORE_BUSY: &str = "Saving is delayed; we're retrying. Nothing is lost.";

/// The effect of symbols without prices on the results.
pub const LEFT_OUT: &str = "They're left out of every figure, and so is the cash from trading them.";
