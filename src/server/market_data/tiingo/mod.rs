//! The client for Tiingo, which returns end-of-day prices, with one request per symbol.
//!
//! Tiingo's `close` is the unadjusted price, so this module adjusts it for splits. Tiingo's
//! `adjClose` is already adjusted for splits and dividends.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use serde::Deserialize;

use super::{
    ProviderError, Requester, Window,
    channel::{Channel, Endpoint, ProviderResponse},
    provider::{Adjustment, Provider, RawBar},
};

const NAME: &str = "Tiingo";
/// Name of the environment variable that holds the API key for Tiingo.
pub const KEY: &str = "TIINGO_API_KEY";
/// Base URL of Tiingo's public API.
pub const BASE: &str = "https://api.tiingo.com";

pub struct Tiingo {
    channel: Channel,
}

impl Tiingo {
    /// Creates a client for the Tiingo API at this endpoint.
    ///
    /// # Errors
    /// Returns the error of [`Channel::new`] if it fails.
    pub fn new(endpoint: Endpoint) -> Result<Self, String> {
        // Tiingo's free plan allows 50 requests per hour and 1,000 per day.
        let free = vec![Window::new(50, 3_600), Window::new(1_000, 86_400)];
        Ok(Self { channel: Channel::new(NAME, KEY, "Token", endpoint, free)? })
    }
}

#[async_trait]
impl Provider for Tiingo {
    fn id(&self) -> &'static str {
        "tiingo"
    }

    fn adjustment(&self) -> Adjustment {
        Adjustment::Total
    }

    fn channel(&self) -> &Channel {
        &self.channel
    }

    fn spelling(&self, symbol: &str) -> String {
        // Tiingo writes share classes with a hyphen instead of a period, such as BRK-B for BRK.B.
        symbol.replace('.', "-")
    }

    async fn daily(
        &self,
        requester: Requester<'_>,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError> {
        let path = ["tiingo", "daily", symbol, "prices"];
        let query = [("startDate", from.to_string()), ("endDate", to.to_string())];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.channel.fetch(requester, &path, &query, read).await
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    date: DateTime<Utc>,
    close: Option<f64>,
    adj_close: Option<f64>,
    split_factor: Option<f64>,
}

/// Parses a response into daily prices.
///
/// # Errors
/// Returns the reason why the response has no usable prices.
pub(super) fn read(response: &ProviderResponse) -> Result<Vec<RawBar>, ProviderError> {
    let provider = NAME;
    let malformed = |what: &str| ProviderError::Malformed { provider, what: what.to_owned() };
    // Tiingo has no dedicated HTTP status for an exhausted quota. Instead, it sends an error
    // message, as plain text or JSON, with varying statuses.
    if is_quota_message(&response.body) {
        return Err(ProviderError::QuotaExhausted { provider, resets: quota_reset(&response.body, Utc::now()) });
    }
    match response.status {
        200 if is_json(response) => {}
        200 => return Err(malformed("it is not JSON")),
        401 | 403 => return Err(ProviderError::Unauthorized { provider, variable: KEY }),
        404 if is_json(response) => return Err(ProviderError::NotFound(format!("unknown to {NAME}"))),
        429 => {
            return Err(ProviderError::RateLimited { provider, retry_after_seconds: response.retry_after_seconds });
        }
        status => return Err(malformed(&format!("its status is {status}"))),
    }
    let days: Vec<Day> = response.json().map_err(malformed)?;
    if days.is_empty() {
        return Err(ProviderError::Empty { provider });
    }
    Ok(split_adjusted(&days))
}

/// Returns whether the body looks like JSON, judging by its first character. The content type is
/// used only to rule out HTML, because the other content types of error responses are unreliable.
fn is_json(response: &ProviderResponse) -> bool {
    let first = response.body.iter().find(|byte| !byte.is_ascii_whitespace());
    response.content_type != "text/html" && matches!(first, Some(b'[' | b'{'))
}

/// Returns whether the first 100 bytes of the body say that the quota is exhausted.
fn is_quota_message(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(100)]).to_lowercase();
    start.contains("you have run over")
}

/// Returns when the quota that Tiingo's error message mentions is renewed: at the next full hour
/// for an hourly quota, and at midnight in New York for a daily quota. Returns `None` for other
/// quotas.
fn quota_reset(sentence: &[u8], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let sentence = String::from_utf8_lossy(sentence).to_lowercase();
    if sentence.contains("hour") {
        return now.duration_trunc(TimeDelta::hours(1)).ok()?.checked_add_signed(TimeDelta::hours(1));
    }
    let is_daily = sentence.contains("dai") || sentence.contains("day");
    let tomorrow = now.with_timezone(&New_York).date_naive().succ_opt().filter(|_| is_daily)?;
    let midnight = tomorrow.and_time(NaiveTime::MIN).and_local_timezone(New_York).single()?;
    Some(midnight.with_timezone(&Utc))
}

/// Adjusts closes for splits, so that they are comparable with the most recent close. Each close is
/// divided by the factors of all later splits. The close on the day of a split already reflects
/// that split.
fn split_adjusted(days: &[Day]) -> Vec<RawBar> {
    let later = LaterSplits::from_days(days);
    let bar = |day: &Day| RawBar {
        date: day.date.date_naive(),
        close: day.close.map(|close| close / later.factor_after(day.date)),
        adj_close: day.adj_close,
    };
    days.iter().map(bar).collect()
}

/// The cumulative factors of all splits in a response, for lookup by date. The days of the response
/// may be in any order.
struct LaterSplits {
    /// The days with a split, most recent first. Each is paired with the product of its own split
    /// factor and those of all later splits. The products are computed once, because computing them
    /// for each day would take quadratic time if every day had a split.
    products: Vec<(DateTime<Utc>, f64)>,
}

impl LaterSplits {
    fn from_days(days: &[Day]) -> Self {
        let factor = |day: &Day| day.split_factor.filter(|factor| factor.is_finite() && *factor > 0.0);
        let mut products: Vec<(DateTime<Utc>, f64)> = days
            .iter()
            .filter_map(|day| Some((day.date, factor(day)?)))
            .filter(|(_, factor)| (factor - 1.0).abs() > f64::EPSILON)
            .collect();
        products.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
        let mut product = 1.0;
        for (_, factor) in &mut products {
            product *= *factor;
            *factor = product;
        }
        Self { products }
    }

    fn factor_after(&self, date: DateTime<Utc>) -> f64 {
        let later = self.products.partition_point(|(split_date, _)| *split_date > date);
        self.products[..later].last().map_or(1.0, |(_, product)| *product)
    }
}
