//! Reasons why a phase has no result for a position.

use analytics::Reason;
use positions::InvestmentClass;

use crate::server::tracker::Cause;

/// Returns why phases that measure returns skip a position of this class when it has no return
/// series.
pub fn without_returns(class: &InvestmentClass) -> &'static str {
    match class {
        InvestmentClass::Public => "no prices",
        InvestmentClass::Options(_) => "an option has no returns of its own",
        InvestmentClass::Private => "a private position has no returns",
    }
}

/// Returns why a position of this class is skipped when it has no value.
pub fn without_value(class: &InvestmentClass) -> &'static str {
    match class {
        InvestmentClass::Options(_) => "neither the option nor its underlying has a price before it expired",
        InvestmentClass::Public | InvestmentClass::Private => "no prices",
    }
}

/// Returns the cause to report in a warning: constant returns have a cause of their own, and any
/// other reason is reported as `otherwise`.
pub fn warning_cause(reason: Reason, otherwise: Cause) -> Cause {
    if reason == Reason::ZeroVariance { Cause::ReturnsDoNotVary } else { otherwise }
}
