//! Reasons why a phase has no result for a position.

use analytics::Reason;
use positions::InvestmentClass;

use super::panel::Series;
use crate::server::tracker::Cause;

/// Returns the reason to report when a position of this class is skipped because it has no returns.
/// Used by phases that compute their results from returns.
pub fn without_returns(class: &InvestmentClass) -> &'static str {
    match class {
        InvestmentClass::Public => "no prices",
        InvestmentClass::Options(_) => "an option has no returns of its own",
        InvestmentClass::Private => "a private position has no returns",
    }
}

/// Returns the reason to report when a position of this class is skipped because it has no value.
pub fn without_value(class: &InvestmentClass) -> &'static str {
    match class {
        InvestmentClass::Options(_) => "neither the option nor its underlying has a price before it expired",
        InvestmentClass::Public | InvestmentClass::Private => "no prices",
    }
}

/// Returns the reason to report when a calculation on the returns of `series` failed. A series that
/// does not vary is reported as such even if it is also short, because more days of the same price
/// would not help.
pub fn own_reason(reason: Reason, series: &Series) -> Reason {
    match (reason, series.returns().values()) {
        (Reason::TooFewRows { .. }, [first, rest @ ..])
            if !rest.is_empty() && rest.iter().all(|other| other.to_bits() == first.to_bits()) =>
        {
            Reason::ZeroVariance
        }
        _ => reason,
    }
}

/// Returns the cause to give in the warning about a failed calculation: [`Cause::ReturnsDoNotVary`]
/// for constant returns, and `otherwise` for any other reason.
pub fn warning_cause(reason: Reason, otherwise: Cause) -> Cause {
    if reason == Reason::ZeroVariance { Cause::ReturnsDoNotVary } else { otherwise }
}
