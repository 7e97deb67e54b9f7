//! A live provider: what it is asked, and what its answers mean.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Bar, ProviderError, channel::Channel};

/// What a series of adjusted closes is adjusted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Splits and dividends: returns are total returns.
    #[default]
    Total,
    /// Splits only: returns are price returns.
    Price,
}

/// A source of daily prices that is asked over the network. Each call goes through the provider's [`Channel`].
#[async_trait]
pub trait Provider: Send + Sync {
    /// Stable name, as in `MARKET_DATA` and in the store.
    fn id(&self) -> &'static str;

    /// Name for people.
    fn name(&self) -> &'static str {
        self.channel().provider()
    }

    /// What its prices are adjusted for.
    fn adjustment(&self) -> Adjustment;

    /// The way to it.
    fn channel(&self) -> &Channel;

    /// The days of `symbol` from `from` to `to` as they arrived, not yet validated.
    ///
    /// # Errors
    /// [`ProviderError::NotFound`] only where the provider says that it does not know the symbol, and
    /// [`ProviderError::Empty`] where it says nothing at all.
    async fn daily(
        &self,
        user: &str,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError>;
}

/// A day as it arrived: anything may be missing or absurd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawBar {
    /// The trading day.
    pub date: NaiveDate,
    /// Split-adjusted close.
    pub close: Option<f64>,
    /// Adjusted close.
    pub adj_close: Option<f64>,
}

impl RawBar {
    /// The bar, if both prices are numbers above zero.
    pub fn sound(&self) -> Option<Bar> {
        let price = |price: Option<f64>| price.filter(|price| price.is_finite() && *price > 0.0);
        Some(Bar { date: self.date, close: price(self.close)?, adj_close: price(self.adj_close)? })
    }
}
