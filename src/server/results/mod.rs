//! The results of a run as one object, for the API and the results page.
//!
//! This module computes only the portfolio totals and the comparison with the benchmark. Everything
//! else was computed by the phases of the run.

pub mod age;
pub mod cache;
pub mod comparison;
pub mod csv;
pub mod risk;

use std::{collections::BTreeMap, sync::Arc};

use analytics::exposure::{Lots, aggregate};
use chrono::NaiveDate;
use serde::Serialize;
use status::RunStatus;
use uuid::Uuid;

use self::{comparison::Comparison, risk::Risk};

use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::{
            correlations::Correlations,
            exposed::exposed_dollars,
            factor_analysis::{RidgeBetas, SpreadBeta, StyleBeta},
            factor_exposures::{FactorExposure, FactorKind},
            position_betas::WindowBetas,
            position_values::PositionValue,
            snapshots::{ClosedPosition, Snapshot},
            symbol_metrics::SymbolMetrics,
            volatility::VolatilityAnalysis,
        },
        total_return,
    },
    market_data::Factors,
    tracker::RunState,
};

/// A run with the outputs of its finished phases.
#[derive(Debug)]
pub struct RunResults {
    pub run: RunState,
    pub outputs: Outputs,
}

/// A metric computed over two windows: 90 days and 252 days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TwoWindows {
    #[serde(rename = "90d")]
    pub day_90: Option<f64>,
    #[serde(rename = "252d")]
    pub day_252: Option<f64>,
}

/// Metrics of the whole portfolio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PortfolioTotals {
    /// Market beta `Σ w β` over the positions. Short positions have negative weights `w`; options
    /// have the weights of their exposure values.
    pub market_beta: TwoWindows,
    pub rate_beta: Option<f64>,
    /// Maximum drawdown over all snapshots, as a fraction of the running peak; zero or negative.
    pub max_drawdown: Option<f64>,
    /// Time-weighted return from the first to the last snapshot.
    pub total_return: Option<f64>,
    /// First day on which the equity was zero or negative. Returns, and the portfolio's volatility,
    /// end there.
    pub equity_lost: Option<NaiveDate>,
    /// Why the portfolio has no returns from that day on.
    pub returns_reason: Option<&'static str>,
}

/// Why returns are missing since the equity was zero or negative.
const EQUITY_LOST: &str = "the equity was zero or below, and returns cannot continue from there";

impl PortfolioTotals {
    /// Computes the totals, or returns `None` if the snapshots have not been computed yet.
    pub fn from_outputs(out: &Outputs) -> Option<Self> {
        let snapshots = out.snapshots.as_ref()?;
        let days = &snapshots.days;
        let (values, betas) = (out.values.as_deref().unwrap_or_default(), out.betas.as_deref().unwrap_or_default());
        let sum = |beta: fn(&WindowBetas) -> Option<f64>| {
            let valued = values
                .iter()
                .zip(betas)
                .filter_map(|(value, betas)| Some((Lots::one(exposed_dollars(value)?), beta(&betas.market_beta))));
            aggregate(valued, snapshots.equity()).exposure
        };
        let rate = out.exposures.iter().flatten().find(|exposure| exposure.kind == FactorKind::Rate);
        Some(Self {
            market_beta: TwoWindows {
                day_90: sum(|betas| betas.day_90.as_ref().map(|beta| beta.beta)),
                day_252: sum(|betas| betas.day_252.as_ref().map(|beta| beta.beta)),
            },
            rate_beta: rate.and_then(|rate| rate.exposure),
            max_drawdown: days.iter().filter_map(|day| day.drawdown).reduce(f64::min),
            total_return: total_return(days),
            equity_lost: snapshots.equity_lost,
            returns_reason: snapshots.equity_lost.map(|_| EQUITY_LOST),
        })
    }
}

/// The results of a run as one object. Results that have not been computed yet are null.
///
/// The object borrows its data, so that large results are serialized to JSON without copying them
/// first.
#[derive(Serialize)]
pub struct Results<'a> {
    pub portfolio_id: Uuid,
    pub portfolio_name: &'a str,
    pub attempt: u32,
    pub as_of: Option<NaiveDate>,
    pub data_source: Option<&'a str>,
    pub complete: bool,
    pub factors: &'a Factors,
    pub symbols: Option<Vec<SymbolResult<'a>>>,
    pub positions: Option<Vec<PositionResult<'a>>>,
    pub snapshots: Option<&'a [Snapshot]>,
    pub exposures: Option<&'a [FactorExposure]>,
    pub portfolio: Option<PortfolioTotals>,
    pub volatility: Option<&'a VolatilityAnalysis>,
    pub correlations: Option<&'a Correlations>,
    /// The portfolio beside its benchmark; null if they have no day in common.
    pub comparison: Option<Comparison>,
    /// Null in results that an older version stored.
    pub risk: Option<Risk<'a>>,
    /// Closed positions in file order; null in results that an older version stored.
    pub closed: Option<&'a [ClosedPosition]>,
}

/// A symbol with its metrics, or with the reason why it has no prices.
#[derive(Serialize)]
#[serde(untagged)]
pub enum SymbolResult<'a> {
    Available {
        #[serde(flatten)]
        metrics: &'a SymbolMetrics,
        available: bool,
        ridge: Option<&'a RidgeBetas>,
        spreads: Option<&'a [SpreadBeta]>,
        styles_with_market: Option<&'a BTreeMap<Arc<str>, StyleBeta>>,
        /// Notes on prices that were corrected or look wrong.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        notes: &'a [String],
    },
    Unavailable {
        symbol: &'a str,
        available: bool,
        reason: &'a str,
        observations: usize,
    },
}

/// A position with its betas. Those of an option with a delta are its underlying's.
#[derive(Serialize)]
pub struct PositionResult<'a> {
    #[serde(flatten)]
    pub value: &'a PositionValue,
    pub market_beta: Option<&'a WindowBetas>,
    pub rate_beta: Option<&'a WindowBetas>,
}

impl<'a> Results<'a> {
    /// Assembles the results that the phases of a run have computed so far.
    pub fn new(run: &'a RunState, out: &'a Outputs, factors: &'a Factors) -> Self {
        Self {
            portfolio_id: run.identity.portfolio_id,
            portfolio_name: &run.identity.portfolio_name,
            attempt: run.identity.attempt,
            as_of: out.market.as_ref().and_then(MarketPanel::as_of),
            data_source: out.market.as_ref().and_then(|market| market.source.as_deref()),
            complete: run.status == RunStatus::Completed,
            factors,
            symbols: symbols(out),
            positions: positions(out),
            snapshots: out.snapshots.as_ref().map(|snapshots| snapshots.days.as_slice()),
            exposures: out.exposures.as_deref(),
            portfolio: PortfolioTotals::from_outputs(out),
            volatility: out.volatility.as_ref(),
            correlations: out.correlations.as_ref(),
            comparison: Comparison::from_outputs(out),
            risk: Risk::from_outputs(out),
            closed: out.snapshots.as_ref().and_then(|snapshots| snapshots.closed.as_deref()),
        }
    }
}

fn symbols(out: &Outputs) -> Option<Vec<SymbolResult<'_>>> {
    let metrics = out.metrics.as_ref()?;
    let factors: BTreeMap<&str, _> = out.factors.iter().flatten().map(|entry| (entry.symbol.as_str(), entry)).collect();
    let available = metrics.iter().map(|metrics| {
        let factors = factors.get(metrics.symbol.as_str());
        SymbolResult::Available {
            metrics,
            available: true,
            ridge: factors.and_then(|factors| factors.ridge.as_ref()),
            spreads: factors.map(|factors| factors.spreads.as_slice()),
            styles_with_market: factors.map(|factors| &factors.styles_with_market),
            notes: out.market.as_ref().map(|market| market.notes_on(&metrics.symbol)).unwrap_or_default(),
        }
    });
    let unavailable = out.market.iter().flat_map(|market| &market.unavailable).map(|missing| {
        let (symbol, reason) = (missing.symbol.as_str(), missing.reason.as_str());
        SymbolResult::Unavailable { symbol, available: false, reason, observations: 0 }
    });
    Some(available.chain(unavailable).collect())
}

fn positions(out: &Outputs) -> Option<Vec<PositionResult<'_>>> {
    let values = out.values.as_ref()?;
    let betas = out.betas.as_deref().unwrap_or_default();
    Some(
        values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let beta = betas.get(index);
                let rate_beta = beta.and_then(|beta| beta.rate_beta.as_ref());
                PositionResult { value, market_beta: beta.map(|beta| &beta.market_beta), rate_beta }
            })
            .collect(),
    )
}
