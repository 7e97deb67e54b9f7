//! Stops requesting a portfolio's symbols from a live source once most of them are unknown to it,
//! so that the remaining requests do not use up the quota of all users.

use std::sync::atomic::{AtomicUsize, Ordering};

/// As long as no more than this many symbols are unknown to the source, requests always continue.
const TOLERATED: usize = 200;

/// Reason shown for a symbol that was not requested.
pub(super) const NOT_REQUESTED: &str = "not requested: most symbols before it are unknown to the data provider";

/// Counts the responses to a run's requests, and how many of them report an unknown symbol. Shared
/// by all requests of the run.
#[derive(Debug, Default)]
pub(super) struct UnknownLimit {
    responses: AtomicUsize,
    unknown: AtomicUsize,
}

impl UnknownLimit {
    /// Counts the source's response to the request for one symbol.
    pub fn count(&self, is_unknown: bool) {
        self.responses.fetch_add(1, Ordering::Relaxed);
        self.unknown.fetch_add(usize::from(is_unknown), Ordering::Relaxed);
    }

    /// Returns the number of symbols that the source does not know.
    pub fn unknown(&self) -> usize {
        self.unknown.load(Ordering::Relaxed)
    }

    /// Returns the number of symbols to which the source has responded.
    pub fn responses(&self) -> usize {
        self.responses.load(Ordering::Relaxed)
    }

    /// Returns whether to stop requesting symbols. This is the case once more than 200 symbols are
    /// unknown to the source and these are more than half of the symbols to which it has responded.
    pub fn is_reached(&self) -> bool {
        self.unknown() > TOLERATED && 2 * self.unknown() > self.responses()
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
