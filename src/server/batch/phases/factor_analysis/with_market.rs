//! Regressions on one style factor and the market. Style funds mostly move with the market, so a
//! beta on a style alone mostly measures the market.

use std::{collections::BTreeMap, sync::Arc};

use analytics::{
    Reason,
    partial_regression::{MIN_ROWS, PartialRegressor, WINDOW},
    regression::Coefficient,
    returns::{Returns, common_rows},
};

use super::StyleBeta;
use crate::server::batch::model::shared::SharedDesign;

/// One regression per style factor, with the designs that all symbols share.
pub(super) struct StylesWithMarket<'a> {
    /// Returns of the market; `None` if it has no prices.
    market: Option<&'a Returns>,
    styles: Vec<Style<'a>>,
}

struct Style<'a> {
    name: Arc<str>,
    returns: &'a Returns,
    design: SharedDesign<PartialRegressor>,
}

impl<'a> StylesWithMarket<'a> {
    pub(super) fn new(market: Option<&'a Returns>, styles: &[(Arc<str>, &'a Returns)]) -> Self {
        let market_rows = market.map(Returns::rows).unwrap_or_default();
        let style = |(name, returns): &(Arc<str>, &'a Returns)| {
            let rows = common_rows(market_rows, returns.rows(), market_rows.len());
            Style { name: name.clone(), returns, design: SharedDesign::new(rows, WINDOW, MIN_ROWS) }
        };
        Self { market, styles: styles.iter().map(style).collect() }
    }

    /// Computes the betas of one symbol by style, each over the last 252 days on which the symbol,
    /// the market and the style have returns. Leaves out a style without a beta. If that is because
    /// of the symbol, also returns the reason.
    pub(super) fn betas(&mut self, own: &Returns) -> (BTreeMap<Arc<str>, StyleBeta>, Option<Reason>) {
        let (mut betas, mut missing) = (BTreeMap::new(), None);
        let Some(market) = self.market else { return (betas, None) };
        for style in &mut self.styles {
            match style.fit(own, market) {
                Ok((fit, observations)) => {
                    let Coefficient { estimate: beta, t, p, .. } = fit;
                    betas.insert(style.name.clone(), StyleBeta { beta, t, p, observations });
                }
                Err(Reason::Collinear | Reason::ConstantFactor) => {}
                Err(reason) => missing = Some(reason),
            }
        }
        (betas, missing)
    }
}

impl Style<'_> {
    fn fit(&mut self, own: &Returns, market: &Returns) -> Result<(Coefficient, usize), Reason> {
        let style = self.returns;
        let (design, returns) =
            self.design.for_symbol(own, |rows| PartialRegressor::new(&style.on(rows), &market.on(rows)))?;
        Ok((design.fit(&returns)?, returns.len()))
    }
}
