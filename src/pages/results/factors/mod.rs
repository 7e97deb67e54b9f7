//! *Factors*: the exposures of the portfolio, and the factor betas of each symbol. Style betas with
//! the market among the regressors come first, because style funds alone mostly measure the market.

mod evidence;
mod exposures;
mod symbols;

pub use exposures::block as exposures;
pub use symbols::block as symbols;
