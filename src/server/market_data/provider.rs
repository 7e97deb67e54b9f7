//! The interface that every client of a live data provider implements.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Bar, ProviderError, Requester, channel::Channel, share_class::usual_spelling};

/// Which corporate actions a provider adjusts its closes for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Closes are adjusted for splits and dividends, so the returns computed from them are total
    /// returns.
    #[default]
    Total,
    /// Closes are adjusted only for splits, so the returns computed from them are price returns.
    Price,
}

/// A live data provider, which is reached over the network through its [`Channel`].
#[async_trait]
pub trait Provider: Send + Sync {
    /// Returns the stable name of the provider. The setting `MARKET_DATA` and the store identify
    /// the provider by this name.
    fn id(&self) -> &'static str;

    /// Returns the display name of the provider.
    fn name(&self) -> &'static str {
        self.channel().provider()
    }

    /// Returns which corporate actions the provider adjusts its closes for.
    fn adjustment(&self) -> Adjustment;

    /// Returns the HTTP client for the provider.
    fn channel(&self) -> &Channel;

    /// Returns the provider's spelling of a symbol. The default implementation is for providers
    /// that spell share classes with a period, such as `BRK.B`.
    fn spelling(&self, symbol: &str) -> String {
        usual_spelling(symbol)
    }

    /// Fetches the prices of `symbol`, which has the provider's own spelling, from `from` to `to`,
    /// both inclusive. Does not validate them.
    ///
    /// # Errors
    /// Returns [`ProviderError::NotFound`] only if the provider explicitly reports the symbol as
    /// unknown. Returns [`ProviderError::Empty`] if the response has no prices and gives no reason.
    async fn daily(
        &self,
        requester: Requester<'_>,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError>;
}

/// One day of a provider's response, before validation. Prices may be missing or absurd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawBar {
    pub date: NaiveDate,
    /// Close, adjusted for splits.
    pub close: Option<f64>,
    /// Close, adjusted for splits and, if the provider does so, for dividends.
    pub adj_close: Option<f64>,
}

impl RawBar {
    /// Returns the bar if both prices are finite numbers above zero, and `None` otherwise.
    pub fn validated(&self) -> Option<Bar> {
        let price = |price: Option<f64>| price.filter(|price| price.is_finite() && *price > 0.0);
        Some(Bar { date: self.date, close: price(self.close)?, adj_close: price(self.adj_close)? })
    }
}
