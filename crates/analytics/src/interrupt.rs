//! Lets the caller stop a long computation early.
//!
//! The caller passes a function that returns whether to stop, so this crate does not depend on the
//! caller's cancellation type.

use std::fmt;

use super::Reason;

/// Lets a long computation check between its steps whether the caller has asked it to stop. If so,
/// the computation stops early.
#[derive(Clone, Copy)]
pub struct Interrupt<'a>(&'a dyn Fn() -> bool);

impl Interrupt<'static> {
    /// An interrupt that never stops a computation.
    pub const NEVER: Self = Self(&never);
}

impl<'a> Interrupt<'a> {
    /// Creates an interrupt that stops a computation at the first check for which `is_requested`
    /// returns true.
    pub const fn new(is_requested: &'a dyn Fn() -> bool) -> Self {
        Self(is_requested)
    }

    /// Checks whether the caller has asked the computation to stop.
    ///
    /// # Errors
    /// Returns [`Reason::Interrupted`] if the caller has asked the computation to stop.
    pub fn check(self) -> Result<(), Reason> {
        if (self.0)() { Err(Reason::Interrupted) } else { Ok(()) }
    }
}

impl fmt::Debug for Interrupt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}

fn never() -> bool {
    false
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::{Interrupt, Reason};

    /// Interrupts a computation once at each of its interrupt checks, and asserts that it stops
    /// there every time. Returns the number of checks in a computation that is not interrupted.
    pub fn assert_stops_at_every_check<T>(compute: impl Fn(Interrupt) -> Result<T, Reason>) -> usize {
        let run = |allowed: usize| {
            let count = Cell::new(0);
            let is_requested = || count.replace(count.get() + 1) >= allowed;
            (compute(Interrupt::new(&is_requested)).err(), count.get())
        };
        let (finished, checks) = run(usize::MAX);
        assert_eq!(finished, None);
        for allowed in 0..checks {
            assert_eq!(run(allowed), (Some(Reason::Interrupted), allowed + 1));
        }
        checks
    }

    #[test]
    fn stops_once_requested() {
        assert_eq!(Interrupt::NEVER.check(), Ok(()));
        assert_eq!(Interrupt::new(&|| true).check(), Err(Reason::Interrupted));
    }
}
