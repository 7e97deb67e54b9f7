//! The mathematics of the nine phases: slices in, numbers out.
//!
//! It knows nobody: no I/O, no clock, no log, no threads, no serialisation, and
//! no panics. A number that cannot be computed is `None` or a [`Reason`]; it is
//! never NaN or infinite. Every sum runs in a fixed order, so a result is the
//! same to the last bit whichever thread computes it.
//!
//! Prices and returns are `&[Option<f64>]`, one element a row of the trading
//! calendar, `None` where a row has no value. Statistics take `&[f64]`: the
//! window already cut by [`returns`], oldest first. Returns are simple daily
//! fractions (0.01 is one percent), volatilities and Sharpe ratios are annual.
//!
//! | File | What it computes |
//! |---|---|
//! | [`returns`] | returns from prices, and the windows everything else is measured on |
//! | [`moments`] | mean, variance, skewness, kurtosis, Sharpe, Sortino, volatility |
//! | [`student_t`] | two-sided p-value of a t statistic |
//! | [`least_squares`] | least squares with an intercept |
//! | [`regression`] | how sure their coefficients are; market, rate and spread betas |
//! | [`ridge`] | ridge regression on standardised factors |
//! | [`drawdown`] | deepest fall from a peak |
//! | [`ewma`] | exponentially weighted volatility |
//! | [`har`] | HAR-RV volatility forecast |
//! | [`volatility`] | realised and rolling volatility, percentile, trend |
//! | [`correlation`] | pairwise-complete Pearson correlations |
//! | [`psd`] | nearest correlation matrix |
//! | [`symmetric`] | symmetric matrices and their rows |
//! | [`eigen`] | eigenvalues and eigenvectors of a symmetric matrix |
//! | [`gram`] | products of a matrix with itself |
//! | [`clustering`] | average linkage and the order of its leaves |
//! | [`diversification`] | mean correlation, effective bets, effective positions |
//! | [`black_scholes`] | European option price |
//! | [`implied_volatility`] | the volatility that an option's price implies |
//! | [`money`] | the grid on which sums and differences of money are exact |
//! | [`holding`] | one lot: when it is held, what it is worth, which cash it moves |
//! | [`price_group`] | holdings with the same prices, valued together |
//! | [`snapshots`] | daily equity, cash, P&L and drawdown of a portfolio |
//! | [`exposure`] | weights and betas aggregated over positions |
//! | [`sums`] | sums in one fixed order |
//! | [`reason`] | why a number is missing |
//! | [`rounding`] | returns that differ by the rounding of prices alone |
//! | [`interrupt`] | a request to end a long computation early |

#![cfg_attr(test, allow(clippy::float_cmp, reason = "tests assert what holds to the last bit"))]

pub mod black_scholes;
pub mod clustering;
pub mod correlation;
pub mod diversification;
pub mod drawdown;
pub mod eigen;
pub mod ewma;
pub mod exposure;
pub mod gram;
pub mod har;
pub mod holding;
pub mod implied_volatility;
pub mod interrupt;
pub mod least_squares;
pub mod moments;
pub mod money;
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
pub mod volatility;

#[cfg(test)]
mod tests;

pub use interrupt::Interrupt;
pub use reason::Reason;

/// Trading days in a year: the factor that annualises a daily variance.
pub const TRADING_DAYS_PER_YEAR: f64 = 252.0;
