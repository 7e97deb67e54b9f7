//! The interface of a live data provider.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Bar, ProviderError, channel::Channel};

/// The corporate actions for which adjusted closes are adjusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Splits and dividends, so returns are total returns.
    #[default]
    Total,
    /// Splits only, so returns are price returns.
    Price,
}

/// A source of daily prices that is reached over the network, through its [`Channel`].
#[async_trait]
pub trait Provider: Send + Sync {
    /// Returns the stable name that `MARKET_DATA` and the store use.
    fn id(&self) -> &'static str;

    /// Returns the display name of the provider.
    fn name(&self) -> &'static str {
        self.channel().provider()
    }

    /// Returns the adjustment of the provider's prices.
    fn adjustment(&self) -> Adjustment;

    /// Returns the HTTP client for the provider.
    fn channel(&self) -> &Channel;

    /// Fetches the prices of `symbol` from `from` to `to`, both inclusive, without validating them.
    ///
    /// # Errors
    /// [`ProviderError::NotFound`] only if the provider explicitly reports the symbol as unknown.
    /// An empty response without a reason is [`ProviderError::Empty`].
    async fn daily(
        &self,
        user: &str,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError>;
}

/// One day of a response, before validation. Prices may be missing or absurd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawBar {
    pub date: NaiveDate,
    /// Split-adjusted close.
    pub close: Option<f64>,
    /// Split- and dividend-adjusted close, if the provider adjusts for dividends.
    pub adj_close: Option<f64>,
}

impl RawBar {
    /// Returns the bar, if both prices are finite numbers above zero.
    pub fn validated(&self) -> Option<Bar> {
        let price = |price: Option<f64>| price.filter(|price| price.is_finite() && *price > 0.0);
        Some(Bar { date: self.date, close: price(self.close)?, adj_close: price(self.adj_close)? })
    }
}
