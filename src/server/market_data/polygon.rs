//! Polygon (now Massive): split-adjusted daily bars, one request a symbol. Dividends are not in them, and fetching
//! those would double the requests at five a minute, so returns are price returns, and are called so.

use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::America::New_York;
use serde::Deserialize;

use super::{
    ProviderError, Window,
    channel::{Answer, Channel, Endpoint},
    provider::{Adjustment, Provider, RawBar},
};

const NAME: &str = "Polygon";
/// The variable that holds the key.
pub const KEY: &str = "POLYGON_API_KEY";
/// The public address.
pub const BASE: &str = "https://api.polygon.io";

/// The provider.
pub struct Polygon {
    channel: Channel,
}

impl Polygon {
    /// Polygon at this address.
    ///
    /// # Errors
    /// As [`Channel::new`].
    pub fn new(endpoint: Endpoint) -> Result<Self, String> {
        // The free plan: 5 requests a minute.
        Ok(Self { channel: Channel::new(NAME, "Bearer", endpoint, vec![Window::new(5, 60)])? })
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
        user: &str,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError> {
        let (from, to) = (from.to_string(), to.to_string());
        let path = ["v2", "aggs", "ticker", symbol, "range", "1", "day", from.as_str(), to.as_str()];
        // 50,000 days fit one page: there is never a second one to ask for.
        let query = [("adjusted", "true"), ("sort", "asc"), ("limit", "50000")];
        self.channel.ask(user, &path, &query, read).await
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
    /// Milliseconds since 1970 at midnight in New York.
    t: i64,
    c: Option<f64>,
}

/// What an answer means.
///
/// # Errors
/// Why it has no days.
pub(super) fn read(answer: &Answer) -> Result<Vec<RawBar>, ProviderError> {
    let provider = NAME;
    let malformed = |what: &str| ProviderError::Malformed { provider, what: what.to_owned() };
    match answer.status {
        200 => {}
        401 => return Err(ProviderError::Unauthorized { provider, variable: KEY }),
        403 => return Err(ProviderError::PlanLimit { provider }),
        429 => {
            return Err(ProviderError::RateLimited { provider, retry_after_seconds: answer.retry_after_seconds });
        }
        status => return Err(malformed(&format!("its status is {status}"))),
    }
    let page: Page = answer.json().map_err(malformed)?;
    match (page.results.filter(|days| !days.is_empty()), page.results_count) {
        (Some(_), _) if page.next_url.is_some() => Err(malformed("it is only a part")),
        (Some(days), Some(count)) if days.len() as u64 != count => Err(malformed("it has not as many days as it says")),
        (Some(days), _) => days.iter().map(|day| bar(day).ok_or_else(|| malformed("a date is out of range"))).collect(),
        (None, Some(0)) => Err(ProviderError::NotFound(format!("unknown to {NAME}"))),
        (None, _) => Err(ProviderError::Empty { provider }),
    }
}

fn bar(day: &Day) -> Option<RawBar> {
    // Far from the ends of the calendar, where a change of zone would leave it.
    let utc = DateTime::from_timestamp_millis(day.t).filter(|at| (1900..2200).contains(&at.year()))?;
    let date = utc.with_timezone(&New_York).date_naive();
    Some(RawBar { date, close: day.c, adj_close: day.c })
}

#[cfg(test)]
mod tests {
    use super::{Answer, ProviderError, read};

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            content_type: "application/json".to_owned(),
            retry_after_seconds: None,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_new_york_in_winter_and_in_summer() {
        // 2024-01-02T05:00Z and 2024-07-02T04:00Z.
        let body = r#"{"resultsCount":2,"results":[{"t":1704171600000,"c":1.5},{"t":1719892800000,"c":2.5}]}"#;
        let dates: Vec<_> = read(&answer(200, body)).unwrap().iter().map(|bar| bar.date.to_string()).collect();
        assert_eq!(dates, ["2024-01-02", "2024-07-02"]);
    }

    #[test]
    fn a_day_at_the_end_of_all_calendars_is_malformed() {
        let body = r#"{"resultsCount":1,"results":[{"t":-8334601228800000,"c":1.5}]}"#;
        assert!(matches!(read(&answer(200, body)), Err(ProviderError::Malformed { .. })));
    }

    #[test]
    fn each_refusal_has_its_kind() {
        let kind = |status, body| read(&answer(status, body)).unwrap_err();
        assert_eq!(
            kind(200, r#"{"status":"OK","resultsCount":0}"#),
            ProviderError::NotFound("unknown to Polygon".to_owned())
        );
        assert!(matches!(kind(401, "{}"), ProviderError::Unauthorized { variable: "POLYGON_API_KEY", .. }));
        assert!(matches!(kind(403, "{}"), ProviderError::PlanLimit { .. }));
        assert!(matches!(kind(429, "{}"), ProviderError::RateLimited { .. }));
        assert!(matches!(kind(200, "{}"), ProviderError::Empty { .. }), "no count is no explanation");
    }

    #[test]
    fn an_answer_that_is_only_a_part_is_malformed() {
        for body in [
            r#"{"resultsCount":2,"results":[{"t":1704171600000,"c":1.5}]}"#,
            r#"{"resultsCount":1,"results":[{"t":1704171600000,"c":1.5}],"next_url":"x"}"#,
            r#"{"resultsCount":1,"results":[{"t":17041"#,
        ] {
            assert!(matches!(read(&answer(200, body)), Err(ProviderError::Malformed { .. })), "{body}");
        }
    }
}
