//! The client for Polygon (now Massive), which returns split-adjusted daily bars, with one request
//! per symbol. The bars are not adjusted for dividends: fetching dividends would double the number
//! of requests, and the free plan allows only five per minute. Returns computed from these bars are
//! therefore price returns, and they are labeled as such.

use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::America::New_York;
use serde::Deserialize;

use super::{
    ProviderError, Requester, Window,
    channel::{Channel, Endpoint, ProviderResponse},
    provider::{Adjustment, Provider, RawBar},
};

const NAME: &str = "Polygon";
/// Name of the environment variable that holds the API key for Polygon.
pub const KEY: &str = "POLYGON_API_KEY";
/// Base URL of Polygon's public API.
pub const BASE: &str = "https://api.polygon.io";

pub struct Polygon {
    channel: Channel,
}

impl Polygon {
    /// Creates a client for the Polygon API at this endpoint.
    ///
    /// # Errors
    /// Returns the error of [`Channel::new`] if it fails.
    pub fn new(endpoint: Endpoint) -> Result<Self, String> {
        // Polygon's free plan allows 5 requests per minute.
        Ok(Self { channel: Channel::new(NAME, KEY, "Bearer", endpoint, vec![Window::new(5, 60)])? })
    }
}

#[async_trait]
impl Provider for Polygon {
    fn id(&self) -> &'static str {
        "polygon"
    }

    fn adjustment(&self) -> Adjustment {
        Adjustment::Price
    }

    fn channel(&self) -> &Channel {
        &self.channel
    }

    async fn daily(
        &self,
        requester: Requester<'_>,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError> {
        let (from, to) = (from.to_string(), to.to_string());
        let path = ["v2", "aggs", "ticker", symbol, "range", "1", "day", from.as_str(), to.as_str()];
        // A page of results holds up to 50,000 days, so one page is always enough.
        let query = [("adjusted", "true"), ("sort", "asc"), ("limit", "50000")];
        self.channel.fetch(requester, &path, &query, read).await
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    results: Option<Vec<Day>>,
    results_count: Option<u64>,
    #[serde(default, rename = "next_url")]
    next_url: Option<String>,
}

#[derive(Deserialize)]
struct Day {
    /// Start of the trading day: midnight in New York, as a Unix time in milliseconds.
    t: i64,
    c: Option<f64>,
}

/// Parses a response into daily prices.
///
/// # Errors
/// Returns the reason why the response has no usable prices.
pub(super) fn read(response: &ProviderResponse) -> Result<Vec<RawBar>, ProviderError> {
    let provider = NAME;
    let malformed = |what: &str| ProviderError::Malformed { provider, what: what.to_owned() };
    match response.status {
        200 => {}
        401 => return Err(ProviderError::Unauthorized { provider, variable: KEY }),
        403 => return Err(ProviderError::PlanLimit { provider }),
        429 => {
            return Err(ProviderError::RateLimited { provider, retry_after_seconds: response.retry_after_seconds });
        }
        status => return Err(malformed(&format!("its status is {status}"))),
    }
    let page: Page = response.json().map_err(malformed)?;
    match (page.results.filter(|days| !days.is_empty()), page.results_count) {
        (Some(_), _) if page.next_url.is_some() => Err(malformed("it has only a part of the days")),
        (Some(days), Some(count)) if days.len() as u64 != count => {
            Err(malformed("its number of days is not the stated one"))
        }
        (Some(days), _) => days.iter().map(|day| bar(day).ok_or_else(|| malformed("a date is out of range"))).collect(),
        (None, Some(0)) => Err(ProviderError::NotFound(format!("unknown to {NAME}"))),
        (None, _) => Err(ProviderError::Empty { provider }),
    }
}

fn bar(day: &Day) -> Option<RawBar> {
    // Only the years 1900 to 2199 are accepted, because converting a date near the limits of the
    // calendar to another time zone would overflow.
    let utc = DateTime::from_timestamp_millis(day.t).filter(|at| (1900..2200).contains(&at.year()))?;
    let date = utc.with_timezone(&New_York).date_naive();
    Some(RawBar { date, close: day.c, adj_close: day.c })
}

#[cfg(test)]
mod tests {
    use super::{ProviderError, ProviderResponse, read};

    fn response(status: u16, body: &str) -> ProviderResponse {
        ProviderResponse {
            status,
            content_type: "application/json".to_owned(),
            retry_after_seconds: None,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn starts_day_at_midnight_in_new_york() {
        // The two timestamps are 2024-01-02T05:00Z and 2024-07-02T04:00Z, which are midnight in New
        // York in winter and in summer, respectively.
        let body = r#"{"resultsCount":2,"results":[{"t":1704171600000,"c":1.5},{"t":1719892800000,"c":2.5}]}"#;
        let dates: Vec<_> = read(&response(200, body)).unwrap().iter().map(|bar| bar.date.to_string()).collect();
        assert_eq!(dates, ["2024-01-02", "2024-07-02"]);
    }

    #[test]
    fn rejects_day_at_end_of_calendar() {
        let body = r#"{"resultsCount":1,"results":[{"t":-8334601228800000,"c":1.5}]}"#;
        assert!(matches!(read(&response(200, body)), Err(ProviderError::Malformed { .. })));
    }

    #[test]
    fn maps_polygon_responses_to_error_kinds() {
        let kind = |status, body| read(&response(status, body)).unwrap_err();
        assert_eq!(
            kind(200, r#"{"status":"OK","resultsCount":0}"#),
            ProviderError::NotFound("unknown to Polygon".to_owned())
        );
        assert!(matches!(kind(401, "{}"), ProviderError::Unauthorized { variable: "POLYGON_API_KEY", .. }));
        assert!(matches!(kind(403, "{}"), ProviderError::PlanLimit { .. }));
        assert!(matches!(kind(429, "{}"), ProviderError::RateLimited { .. }));
        assert!(matches!(kind(200, "{}"), ProviderError::Empty { .. }), "a missing count is not a reason");
    }

    #[test]
    fn rejects_partial_polygon_response() {
        for body in [
            r#"{"resultsCount":2,"results":[{"t":1704171600000,"c":1.5}]}"#,
            r#"{"resultsCount":1,"results":[{"t":1704171600000,"c":1.5}],"next_url":"x"}"#,
            r#"{"resultsCount":1,"results":[{"t":17041"#,
        ] {
            assert!(matches!(read(&response(200, body)), Err(ProviderError::Malformed { .. })), "{body}");
        }
    }
}
