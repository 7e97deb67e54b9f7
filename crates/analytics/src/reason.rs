//! Why a number is missing, in words a reader can act on.
//!
//! It does not log and does not know which symbol it speaks of: the caller adds
//! the name.

use std::fmt;

/// Why a computation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The window holds fewer rows than the statistic needs.
    TooFewRows {
        /// Rows in the window.
        have: usize,
        /// Rows the statistic needs.
        need: usize,
    },
    /// A series that must vary is constant.
    ZeroVariance,
    /// One regressor is a linear combination of the others.
    Collinear,
    /// An input is NaN or infinite, or the result would be.
    NotFinite,
    /// Two inputs that must have the same length have not, or a matrix is not square.
    ShapeMismatch,
    /// An iteration did not converge.
    NoConvergence,
    /// The caller asked for the computation to end.
    Interrupted,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRows { have, need } => write!(f, "needs {need} rows, has {have}"),
            Self::ZeroVariance => f.write_str("the series does not vary"),
            Self::Collinear => f.write_str("the factors are linearly dependent"),
            Self::NotFinite => f.write_str("a value is not a finite number"),
            Self::ShapeMismatch => f.write_str("the inputs differ in length"),
            Self::NoConvergence => f.write_str("the iteration did not converge"),
            Self::Interrupted => f.write_str("the computation was stopped"),
        }
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_window_says_how_many_rows_it_has_and_needs() {
        let reason = Reason::TooFewRows { have: 12, need: 30 };
        assert_eq!(reason.to_string(), "needs 30 rows, has 12");
    }
}
