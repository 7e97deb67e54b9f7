//! Phase 6, Position Betas: how each position moves with the market, and with interest rates if the
//! source has a rate series.

use std::borrow::Cow;

use analytics::{
    Reason,
    regression::{BETA_MIN_ROWS, BETA_WINDOWS, SimpleOls},
    returns::Returns,
};
use serde::{Deserialize, Serialize};

use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            shared::SharedRegressor,
            skipped::{own_reason, warning_cause, without_returns},
        },
    },
    tracker::Cause,
};

/// Result of regressing the returns of one position on those of the market or of the rate series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beta {
    pub beta: f64,
    pub alpha: f64,
    pub std_error: f64,
    /// t-statistic; null for a perfect fit.
    pub t: Option<f64>,
    pub p: f64,
    pub r_squared: f64,
    pub observations: usize,
}

impl From<SimpleOls> for Beta {
    fn from(fit: SimpleOls) -> Self {
        let SimpleOls { alpha, beta, std_error, t, p, r_squared, observations } = fit;
        Self { beta, alpha, std_error, t, p, r_squared, observations }
    }
}

/// Betas over windows of 90 and 252 returns. A beta is null if it cannot be computed, for example
/// because the position has too few returns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowBetas {
    #[serde(rename = "90d")]
    pub day_90: Option<Beta>,
    #[serde(rename = "252d")]
    pub day_252: Option<Beta>,
}

impl WindowBetas {
    /// Returns whether at least one of the two windows has a beta.
    fn has_any(&self) -> bool {
        self.day_90.is_some() || self.day_252.is_some()
    }
}

/// Betas of one position to the market and to the rate series.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PositionBeta {
    pub market_beta: WindowBetas,
    /// Null if the data source has no rate series.
    pub rate_beta: Option<WindowBetas>,
}

/// Calculates the betas of every position, in file order.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn calculate(input: &Input, panel: &MarketPanel, reporter: &Reporter) -> PhaseResult<Vec<PositionBeta>> {
    let total = input.positions().len();
    let empty = Returns::default();
    let mut market = WindowRegressors::new(panel.returns(&input.factors.market).unwrap_or(&empty));
    let mut rate = input.factors.rate.as_ref().and_then(|rate| panel.returns(rate)).map(WindowRegressors::new);
    let series = panel.series_of_symbols(input);
    let count = input.symbol_of().iter().flatten().filter(|&&place| series[place].is_some()).count();
    reporter.start(total);
    reporter.activity(format!("Calculating betas for {count} positions..."));
    // All lots of a symbol share one regression.
    let mut by_symbol: Vec<Option<(PositionBeta, Option<Reason>)>> = vec![None; input.symbols().len()];
    let mut betas = Vec::with_capacity(total);
    let mut items = reporter.items(total);
    for (position, place) in input.positions().iter().zip(input.symbol_of()) {
        let mut symbol_betas = |series: &Series| {
            let (symbol, own) = (position.symbol.as_str(), series.returns());
            let (market_beta, missing) = market.betas(own);
            let missing = missing.map(|reason| own_reason(reason, series));
            let rate_beta = rate.as_mut().map(|rate| rate.betas(own).0);
            if let Some(reason) = missing {
                let (cause, why) = match reason {
                    Reason::TooFewRows { .. } => (Cause::NoBeta, "too few returns for a beta".to_owned()),
                    reason => (warning_cause(reason, Cause::NoBeta), format!("no beta ({reason})")),
                };
                reporter.warning(cause, &[symbol], format!("{symbol}: {why}"));
            }
            let has_any = [Some(&market_beta), rate_beta.as_ref()].into_iter().flatten().any(WindowBetas::has_any);
            (PositionBeta { market_beta, rate_beta }, missing.filter(|_| !has_any))
        };
        // Options, private positions and positions without prices have no returns of their own, so
        // their betas are null instead of zero.
        let known = place.and_then(|place| {
            let series = series[place]?;
            Some(by_symbol[place].get_or_insert_with(|| symbol_betas(series)).clone())
        });
        match &known {
            Some((_, None)) => items.done(|| format!("{}: beta calculated", position.symbol))?,
            Some((_, Some(reason))) => items.skipped(&position.symbol, reason)?,
            None => items.skipped(&position.symbol, without_returns(&position.class))?,
        }
        betas.push(known.map(|(beta, _)| beta).unwrap_or_default());
    }
    Ok((betas, "Betas calculated".to_owned()))
}

/// The returns of one factor as the regressor of two regressions, over 90 and 252 days.
struct WindowRegressors<'a>([SharedRegressor<'a>; 2]);

impl<'a> WindowRegressors<'a> {
    fn new(returns: &'a Returns) -> Self {
        Self(BETA_WINDOWS.map(|window| SharedRegressor::new(Cow::Borrowed(returns), window, BETA_MIN_ROWS)))
    }

    /// Computes the betas over 90 and 252 days. If there is no 90-day beta, also returns the
    /// reason.
    fn betas(&mut self, own: &Returns) -> (WindowBetas, Option<Reason>) {
        let [day_90, day_252] = self.0.each_mut().map(|window| window.fit(own).map(Beta::from));
        let missing = day_90.as_ref().err().copied();
        (WindowBetas { day_90: day_90.ok(), day_252: day_252.ok() }, missing)
    }
}
