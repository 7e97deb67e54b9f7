//! The model that prices options: Black-Scholes with the underlying's volatility and dividend yield
//! as of each day, so that no day is priced with what was known only later.

use std::collections::BTreeMap;

use analytics::{
    black_scholes::{self, Carry, EuropeanOption},
    income::dividend_yields,
    volatility::volatility_by_row,
};
use chrono::NaiveDate;
use positions::{OptionContract, OptionKind};

use super::{
    input::Input,
    panel::{MarketPanel, Series},
};

/// Number of the underlying's last daily returns from which the volatility is computed.
const VOLATILITY_WINDOW: usize = 63;
/// Minimum number of these returns. The days before there are enough of them have the volatility of
/// the first day with enough.
const VOLATILITY_MIN_RETURNS: usize = 21;

/// Days per year used to convert an option's time to expiration to years. Option contracts count
/// calendar days, whereas volatility is annualized with trading days.
const CALENDAR_DAYS_PER_YEAR: f64 = 365.0;

/// The models of all underlyings of a portfolio, by symbol.
pub struct OptionModels<'a>(BTreeMap<&'a str, OptionModel<'a>>);

impl<'a> OptionModels<'a> {
    /// Prepares a model for each underlying that has prices.
    pub fn new(input: &'a Input, panel: &'a MarketPanel) -> Self {
        let mut models = BTreeMap::new();
        for (_, contract) in input.options() {
            let symbol = contract.underlying.as_str();
            if let Some(series) = panel.series.get(symbol) {
                models.entry(symbol).or_insert_with(|| OptionModel::new(series, input.risk_free_rate));
            }
        }
        Self(models)
    }

    /// Returns the model for a contract, or `None` if its underlying has no prices.
    pub fn for_contract(&self, contract: &OptionContract) -> Option<&OptionModel<'a>> {
        self.0.get(contract.underlying.as_str())
    }
}

/// Prices options on one underlying.
pub struct OptionModel<'a> {
    series: &'a Series,
    /// Volatility as of each calendar row; `None` if the underlying has too few returns.
    volatility: Option<Vec<f64>>,
    /// Dividend yield as of each calendar row.
    dividend_yield: Vec<f64>,
    /// Risk-free rate: effective, as a fraction per year.
    risk_free_rate: f64,
}

impl<'a> OptionModel<'a> {
    /// Prepares the model of an underlying.
    fn new(series: &'a Series, risk_free_rate: f64) -> Self {
        let rows = series.close().len();
        Self {
            series,
            volatility: volatility_by_row(series.returns(), rows, VOLATILITY_WINDOW, VOLATILITY_MIN_RETURNS),
            dividend_yield: dividend_yields(series.dividends(), series.close()),
            risk_free_rate,
        }
    }

    /// Returns the closes of the underlying, one per calendar row.
    pub fn closes(&self) -> &'a [Option<f64>] {
        self.series.close()
    }

    /// Returns whether the model has a volatility, so that it can price options.
    pub fn has_volatility(&self) -> bool {
        self.volatility.is_some()
    }

    /// Returns the interest rate and the dividend yield as of a calendar row.
    pub fn carry(&self, row: usize) -> Carry {
        Carry::new(self.risk_free_rate, self.dividend_yield.get(row).copied().unwrap_or(0.0))
    }

    /// Computes an option's price on a calendar row, which is the row of `date`. Returns `None` if
    /// the underlying has no close on it, or no volatility.
    pub fn price(&self, contract: &OptionContract, row: usize, date: NaiveDate) -> Option<f64> {
        let spot = (*self.closes().get(row)?)?;
        let volatility = *self.volatility.as_ref()?.get(row)?;
        terms_on(contract, date).price(spot, volatility, self.carry(row))
    }

    /// Computes an option's price on a date before the calendar, on which the underlying closed at
    /// `spot`. The volatility is the first that exists, and there is no dividend yield.
    pub fn price_before_calendar(&self, contract: &OptionContract, date: NaiveDate, spot: f64) -> Option<f64> {
        let volatility = *self.volatility.as_ref()?.first()?;
        terms_on(contract, date).price(spot, volatility, Carry::new(self.risk_free_rate, 0.0))
    }

    /// Computes an option's delta as of the last calendar row, which is that of `as_of`, with the
    /// underlying's latest close. Returns that close, too.
    pub fn latest_delta(&self, contract: &OptionContract, as_of: NaiveDate) -> Option<(f64, f64)> {
        let (_, spot) = self.series.last_close()?;
        let last = self.closes().len().checked_sub(1)?;
        let volatility = *self.volatility.as_ref()?.get(last)?;
        Some((terms_on(contract, as_of).delta(spot, volatility, self.carry(last))?, spot))
    }
}

/// Returns the contract's terms as of `date`, with the time to expiration in years.
pub fn terms_on(contract: &OptionContract, date: NaiveDate) -> EuropeanOption {
    EuropeanOption {
        kind: match contract.kind {
            OptionKind::Call => black_scholes::Payoff::Call,
            OptionKind::Put => black_scholes::Payoff::Put,
        },
        strike: contract.strike,
        years: (contract.expiration - date).num_days().max(0) as f64 / CALENDAR_DAYS_PER_YEAR,
    }
}
