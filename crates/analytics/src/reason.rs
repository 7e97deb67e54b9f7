//! Reasons why a number is missing, worded so that a user can act on them.
//!
//! The messages do not name the symbol; the caller adds it.

use std::fmt;

/// Reason why a computation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The window has fewer rows than the statistic needs.
    TooFewRows {
        have: usize,
        need: usize,
    },
    /// A series is constant, but the statistic needs one that varies.
    ZeroVariance,
    /// Every regressor is constant, so no coefficient can be estimated.
    ConstantFactor,
    /// A regressor is a linear combination of the other regressors.
    Collinear,
    /// An input is NaN or infinite, or the result would be NaN or infinite.
    NotFinite,
    /// Two inputs that must have the same length have different lengths, or a matrix is not square.
    ShapeMismatch,
    NoConvergence,
    /// The caller asked the computation to stop early.
    Interrupted,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRows { have, need } => write!(f, "needs {need} rows, has {have}"),
            Self::ZeroVariance => f.write_str("the series does not vary"),
            Self::ConstantFactor => f.write_str("the factor does not vary"),
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
    fn names_available_and_required_rows() {
        let reason = Reason::TooFewRows { have: 12, need: 30 };
        assert_eq!(reason.to_string(), "needs 30 rows, has 12");
    }
}
