//! The results of a run as one object: what the API answers and the results page shows.
//!
//! Computes nothing new but the totals over positions; the phases did the rest.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    analytics::exposure::{FactorPosition, aggregate},
    batch::{
        Outputs,
        phases::{factor_exposures::FactorKind, position_betas::WindowBetas},
    },
    market_data::Factors,
    tracker::RunState,
};
use crate::status::RunStatus;

/// A number over the 90-day and the 252-day window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct TwoWindows {
    #[serde(rename = "90d")]
    pub day_90: Option<f64>,
    #[serde(rename = "252d")]
    pub day_252: Option<f64>,
}

/// Numbers of the portfolio as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct PortfolioTotals {
    /// `Σ w β`, shorts subtracting.
    pub market_beta: TwoWindows,
    pub rate_beta: Option<f64>,
    /// Deepest fall from a running peak over the snapshots, at most 0.
    pub max_drawdown: Option<f64>,
    /// Time-weighted, over the snapshots.
    pub total_return: Option<f64>,
}

impl PortfolioTotals {
    /// The totals; `None` before the snapshots are done.
    pub fn of(out: &Outputs) -> Option<Self> {
        let snapshots = out.snapshots.as_ref()?;
        let days = &snapshots.days;
        let (values, betas) = (out.values.as_deref().unwrap_or_default(), out.betas.as_deref().unwrap_or_default());
        let sum = |beta: fn(&WindowBetas) -> Option<f64>| {
            let valued = values.iter().zip(betas).filter_map(|(value, of)| {
                Some(FactorPosition { market_value: value.market_value?, beta: beta(&of.market_beta) })
            });
            aggregate(&valued.collect::<Vec<_>>(), snapshots.equity()).exposure
        };
        let rate = out.exposures.iter().flatten().find(|exposure| exposure.kind == FactorKind::Rate);
        let returns: Vec<f64> = days.iter().filter_map(|day| day.daily_return).collect();
        Some(Self {
            market_beta: TwoWindows {
                day_90: sum(|betas| betas.day_90.as_ref().map(|beta| beta.beta)),
                day_252: sum(|betas| betas.day_252.as_ref().map(|beta| beta.beta)),
            },
            rate_beta: rate.and_then(|rate| rate.exposure),
            max_drawdown: days.iter().filter_map(|day| day.drawdown).reduce(f64::min),
            total_return: super::analytics::returns::compound(&returns),
        })
    }
}

/// The results as one object; what is not computed yet is null.
pub fn assemble(run: &RunState, out: &Outputs, factors: &Factors) -> Value {
    json!({
        "portfolio_id": run.identity.portfolio_id,
        "portfolio_name": run.identity.portfolio_name,
        "attempt": run.identity.attempt,
        "as_of": out.market.as_ref().and_then(super::batch::phases::panel::MarketPanel::as_of),
        "complete": run.status == RunStatus::Completed,
        "factors": factors,
        "symbols": symbols(out),
        "positions": positions(out),
        "snapshots": out.snapshots.as_ref().map(|snapshots| &snapshots.days),
        "exposures": out.exposures,
        "portfolio": PortfolioTotals::of(out),
        "volatility": out.volatility,
        "correlations": out.correlations,
    })
}

fn symbols(out: &Outputs) -> Option<Vec<Value>> {
    let metrics = out.metrics.as_ref()?;
    let factors: BTreeMap<&str, _> = out.factors.iter().flatten().map(|of| (of.symbol.as_str(), of)).collect();
    let available = metrics.iter().map(|metrics| {
        let mut value = json!(metrics);
        let factors = factors.get(metrics.symbol.as_str());
        value["available"] = true.into();
        value["ridge"] = json!(factors.and_then(|factors| factors.ridge.as_ref()));
        value["spreads"] = json!(factors.map(|factors| &factors.spreads));
        value
    });
    let unavailable = out.market.iter().flat_map(|market| &market.unavailable).map(
        |missing| json!({"symbol": missing.symbol, "available": false, "reason": missing.reason, "observations": 0}),
    );
    Some(available.chain(unavailable).collect())
}

fn positions(out: &Outputs) -> Option<Vec<Value>> {
    let values = out.values.as_ref()?;
    let mut positions: Vec<Value> = values.iter().map(|value| json!(value)).collect();
    for (position, beta) in positions.iter_mut().zip(out.betas.iter().flatten()) {
        position["market_beta"] = json!(beta.market_beta);
        position["rate_beta"] = json!(beta.rate_beta);
    }
    Some(positions)
}
