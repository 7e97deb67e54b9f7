//! Stops asking a live source for a portfolio's symbols once most are unknown to it: the rest would
//! use up the quota of everybody.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Unknown symbols that are still no reason to stop.
const TOLERATED: usize = 200;

/// Reason of a symbol that was no longer requested.
pub(super) const NOT_ASKED: &str = "not asked: most symbols before it are unknown to the data provider";

/// What a run learned of its symbols so far, shared by its requests.
#[derive(Debug, Default)]
pub(super) struct UnknownLimit {
    answered: AtomicUsize,
    unknown: AtomicUsize,
}

impl UnknownLimit {
    /// Counts an answer for a symbol.
    pub fn count(&self, is_unknown: bool) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.unknown.fetch_add(usize::from(is_unknown), Ordering::Relaxed);
    }

    /// Symbols that are unknown.
    pub fn unknown(&self) -> usize {
        self.unknown.load(Ordering::Relaxed)
    }

    /// Symbols with any answer.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Whether to ask no more: more than 200 symbols are unknown, and more than half of those asked
    /// for.
    pub fn is_reached(&self) -> bool {
        self.unknown() > TOLERATED && 2 * self.unknown() > self.answered()
    }
}

#[cfg(test)]
mod tests {
    use super::UnknownLimit;

    fn after(unknown: usize, known: usize) -> bool {
        let limit = UnknownLimit::default();
        (0..known).for_each(|_| limit.count(false));
        (0..unknown).for_each(|_| limit.count(true));
        limit.is_reached()
    }

    #[test]
    fn tolerates_two_hundred_unknown_symbols() {
        assert!(!after(200, 0));
        assert!(after(201, 0));
    }

    #[test]
    fn tolerates_half_of_symbols_unknown() {
        assert!(!after(1_000, 1_000));
        assert!(after(1_001, 1_000));
    }
}
