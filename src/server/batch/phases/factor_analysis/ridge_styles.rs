//! Ridge regressions on all style factors at once.

use std::sync::Arc;

use analytics::{
    Reason,
    returns::{Returns, common_rows},
    ridge::{self, Ridge, RidgeDesign},
};

use super::RidgeBetas;
use crate::server::{
    batch::{
        Reporter,
        model::{
            panel::{MarketPanel, Series},
            shared::SharedDesign,
            skipped::{own_reason, warning_cause},
        },
    },
    tracker::Cause,
};

/// Minimum share of the last 90 trading days on which a style factor must have a return. With
/// fewer, the factor is left out, so that the other factors keep their days. The remaining tenth
/// allows for single days without a price.
const MIN_SHARE_OF_DAYS: f64 = 0.9;

/// The style factors, and the regression design that all symbols share.
pub(super) struct RidgeStyles<'a> {
    names: Vec<Arc<str>>,
    returns: Vec<&'a Returns>,
    design: SharedDesign<RidgeDesign>,
    /// Factors that are left out, each with its number of recent returns.
    short: Vec<(Arc<str>, usize)>,
    /// Number of recent days on which a factor could have a return.
    days: usize,
}

impl<'a> RidgeStyles<'a> {
    /// Selects the style factors for the ridge regressions.
    ///
    /// All factors are regressors of one regression, which uses the days on which every factor has
    /// a return. A factor that lacks many days would therefore take these days from the others, so
    /// it is left out.
    pub(super) fn new(styles: &[(Arc<str>, &'a Returns)], panel: &MarketPanel) -> Self {
        let recent = panel.last_rows(ridge::WINDOW);
        // The first row of a calendar has no return.
        let days = (recent.start.max(1)..recent.end).len();
        let (mut names, mut returns, mut short) = (Vec::new(), Vec::new(), Vec::new());
        for (name, style) in styles {
            let have = style.by_row(recent.clone()).iter().flatten().count();
            if have as f64 >= MIN_SHARE_OF_DAYS * days as f64 {
                names.push(name.clone());
                returns.push(*style);
            } else {
                short.push((name.clone(), have));
            }
        }
        let all_have = |rows: Vec<u32>, other: &&Returns| common_rows(&rows, other.rows(), rows.len());
        let rows = returns.first().map(|first: &&Returns| first.rows().to_vec()).unwrap_or_default();
        let rows = returns.iter().skip(1).fold(rows, all_have);
        Self { names, returns, design: SharedDesign::new(rows, ridge::WINDOW, ridge::MIN_ROWS), short, days }
    }

    /// Warns about the factors that are left out.
    pub(super) fn warn_of_short_factors(&self, reporter: &Reporter) {
        for (name, have) in &self.short {
            let days = self.days;
            let message = format!("{name}: left out of the style betas (has {have} of the last {days} returns)");
            reporter.warning(Cause::ShortFactor, &[name], message);
        }
    }

    /// Fits the ridge betas of one symbol, and reports to `reporter` why they are missing. Returns
    /// `None` if there is no style factor. That is not the symbol's fault, so it causes no warning
    /// about the symbol.
    pub(super) fn betas(
        &mut self,
        symbol: &str,
        series: &Series,
        reporter: Option<&Reporter>,
    ) -> Result<Option<RidgeBetas>, Reason> {
        if self.names.is_empty() {
            return Ok(None);
        }
        let fit = self.fit(series.returns()).map_err(|reason| own_reason(reason, series)).inspect_err(|reason| {
            if let Some(reporter) = reporter {
                let message = format!("{symbol}: no style betas ({reason})");
                reporter.warning(warning_cause(*reason, Cause::NoStyleBetas), &[symbol], message);
            }
        })?;
        if let Some(reporter) = reporter {
            for name in fit.dropped.iter().map(|&dropped| &self.names[dropped]) {
                reporter.debug(format!("{symbol}: {name} does not vary and is left out of the ridge regression"));
            }
        }
        let betas = self.names.iter().zip(&fit.betas).filter_map(|(name, beta)| Some((name.clone(), (*beta)?)));
        Ok(Some(RidgeBetas {
            betas: betas.collect(),
            intercept: fit.intercept,
            r_squared: fit.r_squared,
            observations: fit.observations,
        }))
    }

    fn fit(&mut self, own: &Returns) -> Result<Ridge, Reason> {
        let (design, returns) = self.design.for_symbol(own, |rows| {
            let factors: Vec<Vec<f64>> = self.returns.iter().map(|returns| returns.on(rows)).collect();
            RidgeDesign::new(&factors, ridge::ALPHA)
        })?;
        design.fit(&returns)
    }
}
