//! Results of the completed phases of a run. Later phases read them, and the store keeps them.

use serde::{Serialize, de::DeserializeOwned};
use status::Phase;

use super::{
    model::panel::MarketPanel,
    phases::{
        correlations::Correlations,
        factor_analysis::SymbolFactors,
        factor_exposures::FactorExposure,
        position_betas::PositionBeta,
        position_values::{PositionValue, SymbolTotals},
        snapshots::Snapshots,
        symbol_metrics::SymbolMetrics,
        volatility::VolatilityAnalysis,
    },
};

/// Results of all phases of a run. A field is `None` until its phase has completed.
#[derive(Debug, Default)]
pub struct Outputs {
    pub market: Option<MarketPanel>,
    pub factors: Option<Vec<SymbolFactors>>,
    pub metrics: Option<Vec<SymbolMetrics>>,
    pub snapshots: Option<Snapshots>,
    pub values: Option<Vec<PositionValue>>,
    /// Totals per symbol, derived from `values` when a phase needs them. They are not the result of
    /// a phase, so they are not stored.
    pub totals: Option<SymbolTotals>,
    pub betas: Option<Vec<PositionBeta>>,
    pub exposures: Option<Vec<FactorExposure>>,
    pub volatility: Option<VolatilityAnalysis>,
    pub correlations: Option<Correlations>,
}

impl Outputs {
    /// Restores a phase's result from its stored form.
    ///
    /// # Errors
    /// Returns an error message if this version of the program cannot read the stored form.
    pub fn read(&mut self, phase: Phase, json: &[u8]) -> Result<(), String> {
        match phase {
            Phase::MarketData => fill(&mut self.market, json),
            Phase::FactorAnalysis => fill(&mut self.factors, json),
            Phase::SymbolMetrics => fill(&mut self.metrics, json),
            Phase::Snapshots => fill(&mut self.snapshots, json),
            Phase::PositionValues => fill(&mut self.values, json),
            Phase::PositionBetas => fill(&mut self.betas, json),
            Phase::FactorExposures => fill(&mut self.exposures, json),
            Phase::Volatility => fill(&mut self.volatility, json),
            Phase::Correlations => fill(&mut self.correlations, json),
        }
        .map_err(|_| format!("We couldn't read the saved result of {}. Start over to compute it again.", phase.name()))
    }

    /// Serializes a phase's result for the store.
    ///
    /// # Errors
    /// Returns an error message if the phase has no result, or if the result cannot be serialized.
    pub fn write(&self, phase: Phase) -> Result<Vec<u8>, String> {
        match phase {
            Phase::MarketData => dump(self.market.as_ref()),
            Phase::FactorAnalysis => dump(self.factors.as_ref()),
            Phase::SymbolMetrics => dump(self.metrics.as_ref()),
            Phase::Snapshots => dump(self.snapshots.as_ref()),
            Phase::PositionValues => dump(self.values.as_ref()),
            Phase::PositionBetas => dump(self.betas.as_ref()),
            Phase::FactorExposures => dump(self.exposures.as_ref()),
            Phase::Volatility => dump(self.volatility.as_ref()),
            Phase::Correlations => dump(self.correlations.as_ref()),
        }
        .ok_or_else(|| {
            format!("We couldn't save the result of {}. Retry, and report this if it happens again.", phase.name())
        })
    }
}

/// Runs `work` on a blocking thread, so that converting megabytes of JSON does not delay other
/// requests.
///
/// # Errors
/// Returns the error from `work`, or an error message if `work` panicked. After a panic, `outputs`
/// is empty.
pub async fn off_thread<T: Send + 'static>(
    outputs: &mut Outputs,
    work: impl FnOnce(&mut Outputs) -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let mut moved = std::mem::take(outputs);
    let worked = tokio::task::spawn_blocking(move || {
        let result = work(&mut moved);
        (moved, result)
    });
    let (returned, result) = worked
        .await
        .map_err(|_| "We couldn't convert the results. Retry, and report this if it happens again.".to_owned())?;
    *outputs = returned;
    result
}

fn fill<T: DeserializeOwned>(slot: &mut Option<T>, json: &[u8]) -> serde_json::Result<()> {
    *slot = Some(serde_json::from_slice(json)?);
    Ok(())
}

fn dump<T: Serialize>(slot: Option<&T>) -> Option<Vec<u8>> {
    serde_json::to_vec(slot?).ok()
}
