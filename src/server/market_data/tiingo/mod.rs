//! Tiingo: end-of-day prices with splits and dividends, one request a symbol.
//!
//! `close` arrives as traded and is split-adjusted here; `adjClose` arrives adjusted for both.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use serde::Deserialize;

use super::{
    ProviderError, Window,
    channel::{Answer, Channel, Endpoint},
    provider::{Adjustment, Provider, RawBar},
};

const NAME: &str = "Tiingo";
/// The variable that holds the key.
pub const KEY: &str = "TIINGO_API_KEY";
/// The public address.
pub const BASE: &str = "https://api.tiingo.com";

/// The provider.
pub struct Tiingo {
    channel: Channel,
}

impl Tiingo {
    /// Tiingo at this address.
    ///
    /// # Errors
    /// As [`Channel::new`].
    pub fn new(endpoint: Endpoint) -> Result<Self, String> {
        // The free plan: 50 requests an hour, 1,000 a day.
        let free = vec![Window::new(50, 3_600), Window::new(1_000, 86_400)];
        Ok(Self { channel: Channel::new(NAME, "Token", endpoint, free)? })
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

    async fn daily(
        &self,
        user: &str,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError> {
        // Share classes: BRK.B is BRK-B there.
        let ticker = symbol.replace('.', "-");
        let path = ["tiingo", "daily", ticker.as_str(), "prices"];
        let query = [("startDate", from.to_string()), ("endDate", to.to_string())];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.channel.ask(user, &path, &query, read).await
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

/// What an answer means.
///
/// # Errors
/// Why it has no days.
pub(super) fn read(answer: &Answer) -> Result<Vec<RawBar>, ProviderError> {
    let provider = NAME;
    let malformed = |what: &str| ProviderError::Malformed { provider, what: what.to_owned() };
    // The allowance is not a status of its own but a sentence, as text or in JSON, with one status or another.
    if says_exhausted(&answer.body) {
        return Err(ProviderError::QuotaExhausted { provider, resets: resets(&answer.body, Utc::now()) });
    }
    match answer.status {
        200 if is_json(answer) => {}
        200 => return Err(malformed("it is not JSON")),
        401 | 403 => return Err(ProviderError::Unauthorized { provider, variable: KEY }),
        404 if is_json(answer) => return Err(ProviderError::NotFound(format!("unknown to {NAME}"))),
        429 => {
            return Err(ProviderError::RateLimited { provider, retry_after_seconds: answer.retry_after_seconds });
        }
        status => return Err(malformed(&format!("its status is {status}"))),
    }
    let days: Vec<Day> = answer.json().map_err(malformed)?;
    if days.is_empty() {
        return Err(ProviderError::Empty { provider });
    }
    Ok(split_adjusted(&days))
}

/// Whether the body is JSON by its first byte: the content type of refusals is not reliable.
fn is_json(answer: &Answer) -> bool {
    let first = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    answer.content_type != "text/html" && matches!(first, Some(b'[' | b'{'))
}

/// Whether the body begins with the sentence that the allowance is used up.
fn says_exhausted(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(100)]).to_lowercase();
    start.contains("you have run over")
}

/// When the allowance named in the sentence is renewed: at the full hour, or at midnight in New York; unknown otherwise.
fn resets(sentence: &[u8], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let sentence = String::from_utf8_lossy(sentence).to_lowercase();
    if sentence.contains("hour") {
        return now.duration_trunc(TimeDelta::hours(1)).ok()?.checked_add_signed(TimeDelta::hours(1));
    }
    let is_daily = sentence.contains("dai") || sentence.contains("day");
    let tomorrow = now.with_timezone(&New_York).date_naive().succ_opt().filter(|_| is_daily)?;
    let midnight = tomorrow.and_time(NaiveTime::MIN).and_local_timezone(New_York).single()?;
    Some(midnight.with_timezone(&Utc))
}

/// Closes in today's shares: each is divided by the factors of all later splits. On the day of a split the close is
/// in new shares already.
fn split_adjusted(days: &[Day]) -> Vec<RawBar> {
    let later = LaterSplits::from_days(days);
    let bar = |day: &Day| RawBar {
        date: day.date.date_naive(),
        close: day.close.map(|close| close / later.than(day.date)),
        adj_close: day.adj_close,
    };
    days.iter().map(bar).collect()
}

/// What one share of a day has become since. By date, not by place: the order of the days is checked later.
struct LaterSplits {
    /// Days of splits, the latest first, each with the product of its factor and those before it in this list: an
    /// answer in which every day is one must not cost the square of its days.
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

    fn than(&self, date: DateTime<Utc>) -> f64 {
        let later = self.products.partition_point(|(of_split, _)| *of_split > date);
        self.products[..later].last().map_or(1.0, |(_, product)| *product)
    }
}
