//! The mathematics of the nine phases, as pure functions from slices to numbers.
//!
//! The crate does no I/O, reads no clock, writes no log, starts no threads, serializes nothing and
//! does not panic. A number that cannot be computed is reported as `None` or a [`Reason`], never as
//! NaN or infinity. Numbers are added in a fixed order, so a result is the same to the last bit, no
//! matter how many threads the caller uses.
//!
//! Price and return series are `&[Option<f64>]`, with one element per row (trading day) of the
//! calendar and `None` where a row has no value. Statistics take `&[f64]`: the values of a window
//! that [`returns`] has selected, oldest first. Daily returns are simple returns, as fractions
//! (0.01 is one percent). Volatilities and Sharpe ratios are annualized.
//!
//! | Module | Contents |
//! |---|---|
//! | [`returns`] | returns from prices, and the windows over which statistics are computed |
//! | [`moments`] | mean, variance, skewness, kurtosis, Sharpe, Sortino, volatility |
//! | [`student_t`] | two-sided p-value of a t statistic |
//! | [`least_squares`] | least squares with an intercept |
//! | [`regression`] | standard errors and p-values of coefficients; market, rate and spread betas |
//! | [`partial_regression`] | style betas with the market as a second regressor |
//! | [`ridge`] | ridge regression on standardized factors |
//! | [`drawdown`] | maximum drawdown |
//! | [`active`] | a portfolio and its benchmark: tracking error, alpha, beta, capture |
//! | [`tail_risk`] | quantiles, value at risk, expected shortfall |
//! | [`euler`] | contributions of the parts to the volatility of a portfolio |
//! | [`ewma`] | exponentially weighted volatility |
//! | [`har`] | HAR-RV volatility forecast |
//! | [`volatility`] | realized and rolling volatility, percentile, trend |
//! | [`correlation`] | Pearson correlations, each pair on its common rows |
//! | [`psd`] | nearest correlation matrix |
//! | [`symmetric`] | symmetric matrices and their rows |
//! | [`eigen`] | eigenvalues and eigenvectors of a symmetric matrix |
//! | [`gram`] | product of a matrix with its transpose |
//! | [`clustering`] | average linkage and the order of its leaves |
//! | [`diversification`] | mean correlation, effective bets, effective positions |
//! | [`black_scholes`] | price and delta of a European option |
//! | [`implied_volatility`] | implied volatility of an option |
//! | [`income`] | dividends and dividend yield from two price series |
//! | [`money`] | grid of dollar amounts on which sums and differences are exact |
//! | [`holding`] | one lot: the rows on which it is held, its value, its cash flows |
//! | [`price_group`] | holdings with the same prices, valued together |
//! | [`snapshots`] | daily equity, cash, income, P&L and drawdown of a portfolio |
//! | [`exposure`] | weights and betas aggregated over positions |
//! | [`sums`] | sums in a fixed order |
//! | [`reason`] | why a number is missing |
//! | [`rounding`] | returns that differ only because prices are rounded |
//! | [`interrupt`] | stopping a long computation early |

#![cfg_attr(test, allow(clippy::float_cmp, reason = "tests assert what holds to the last bit"))]

pub mod active;
pub mod black_scholes;
pub mod clustering;
pub mod correlation;
pub mod diversification;
pub mod drawdown;
pub mod eigen;
pub mod euler;
pub mod ewma;
pub mod exposure;
pub mod gram;
pub mod har;
pub mod holding;
pub mod implied_volatility;
pub mod income;
pub mod interrupt;
pub mod least_squares;
pub mod moments;
pub mod money;
pub mod partial_regression;
pub mod price_group;
pub mod psd;
pub mod reason;
pub mod regression;
pub mod returns;
pub mod ridge;
pub mod rounding;
pub mod snapshots;
pub mod student_t;
pub mod sums;
pub mod symmetric;
pub mod tail_risk;
pub mod volatility;

#[cfg(test)]
mod tests;

pub use interrupt::Interrupt;
pub use reason::Reason;

/// Number of trading days in a year, used to annualize daily variances.
pub const TRADING_DAYS_PER_YEAR: f64 = 252.0;
