//! A fake price provider that listens on a real socket. It speaks the protocols of Tiingo and
//! Polygon, can fail in a chosen way for each symbol, and records every request.
//!
//! It has a price for every weekday, on a smooth curve with a little noise. The price of a symbol
//! on a given day is always the same.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use chrono_tz::America::New_York;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// The only API key that the fake provider accepts.
pub const KEY: &str = "good-key-0123456789";

/// A fault that a test can inject into the responses of the fake provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behavior {
    /// Reports that the symbol is unknown.
    Unknown,
    /// Reports that the API plan does not include the symbol (Polygon only).
    PlanLimit,
    /// Responds with status 429, and with a `Retry-After` header of this many seconds, if given.
    RateLimited(Option<u64>),
    /// Responds with status 429 and a plain-text body.
    RateLimitedAsText,
    /// Responds with status 200 and a message that the hourly quota is exhausted (Tiingo only).
    Quota,
    /// Responds with status 503.
    ServerError,
    /// Sends headers, but never a body.
    Hang,
    /// Closes the connection in the middle of the body.
    BreaksOff,
    /// Sends only the first half of the JSON, as if the body were complete.
    CutOff,
    /// Sends a web page instead of JSON.
    Html,
    /// Responds with status 200, but without any price.
    Empty,
    /// Sends a body that exceeds the size limit of the client.
    TooLarge,
    /// Sends one day without a price, and one with a negative price.
    UnusablePrices,
    /// Sends the last two days in the wrong order.
    OutOfOrder,
    /// Sends the last day twice.
    Repeated,
    /// Raises the price by 52% on the last day.
    Jump,
    /// Leaves out the prices of twenty consecutive weekdays.
    Hole,
}

/// A request that the fake provider received.
#[derive(Clone, Debug)]
pub struct Request {
    pub at: Instant,
    /// The ticker in the request path.
    pub symbol: String,
}

/// A running fake provider, which stops when dropped.
pub struct FakeProvider {
    /// Base URL of the fake provider, for `TIINGO_BASE_URL` and `POLYGON_BASE_URL`.
    pub base: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    always: Mutex<HashMap<String, Behavior>>,
    /// Prefix of the symbols that the provider reports as unknown.
    unknown_from: Mutex<Option<String>>,
    once: Mutex<HashMap<String, VecDeque<Behavior>>>,
    is_down: AtomicBool,
    delay_ms: AtomicU64,
    requests: Mutex<Vec<Request>>,
}

impl FakeProvider {
    /// Starts a fake provider that has prices for every symbol.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let app = Router::new()
            .route("/tiingo/daily/{ticker}/prices", get(tiingo))
            .route("/v2/aggs/ticker/{ticker}/range/1/day/{from}/{to}", get(polygon))
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.expect("the fake provider serves") });
        Self { base, shared, serving }
    }

    /// Sets the response to every later request for this symbol.
    pub fn always(&self, symbol: &str, behavior: Behavior) {
        self.shared.always.lock().expect("unpoisoned").insert(symbol.to_owned(), behavior);
    }

    /// Makes every symbol with this prefix unknown from now on.
    pub fn unknown_from(&self, start: &str) {
        *self.shared.unknown_from.lock().expect("unpoisoned") = Some(start.to_owned());
    }

    /// Sets the responses to the next requests for this symbol, one response per request. Later
    /// requests get the usual response again.
    pub fn next(&self, symbol: &str, behaviors: impl IntoIterator<Item = Behavior>) {
        self.shared.once.lock().expect("unpoisoned").entry(symbol.to_owned()).or_default().extend(behaviors);
    }

    /// Clears all faults that were set for single symbols or for all requests. Symbols that are
    /// unknown because of their prefix stay unknown.
    pub fn forgive(&self) {
        self.shared.always.lock().expect("unpoisoned").clear();
        self.shared.once.lock().expect("unpoisoned").clear();
        self.down(false);
    }

    /// Makes all requests fail with status 503 while `is_down` is true.
    pub fn down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Sets the time that passes before each response.
    pub fn delay(&self, delay: Duration) {
        self.shared.delay_ms.store(u64::try_from(delay.as_millis()).expect("a short delay"), Ordering::SeqCst);
    }

    /// Returns all requests received so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("unpoisoned").clone()
    }

    /// Returns the number of requests for this symbol.
    pub fn requests_for(&self, symbol: &str) -> usize {
        self.requests().iter().filter(|request| request.symbol == symbol).count()
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    /// Records the request, and returns the fault to inject into its response, or `None` to send
    /// ordinary prices.
    async fn next_failure(&self, symbol: &str) -> Option<Behavior> {
        let request = Request { at: Instant::now(), symbol: symbol.to_owned() };
        self.requests.lock().expect("unpoisoned").push(request);
        tokio::time::sleep(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst))).await;
        if self.is_down.load(Ordering::SeqCst) {
            return Some(Behavior::ServerError);
        }
        if self.unknown_from.lock().expect("unpoisoned").as_ref().is_some_and(|start| symbol.starts_with(start)) {
            return Some(Behavior::Unknown);
        }
        let once = self.once.lock().expect("unpoisoned").get_mut(symbol).and_then(VecDeque::pop_front);
        once.or_else(|| self.always.lock().expect("unpoisoned").get(symbol).copied())
    }
}

async fn tiingo(
    State(shared): State<Arc<Shared>>,
    Path(ticker): Path<String>,
    Query(query): Query<HashMap<String, NaiveDate>>,
    headers: HeaderMap,
) -> Response {
    let (from, to) = (query["startDate"], query["endDate"]);
    let failure = shared.next_failure(&ticker).await;
    if !has_key(&headers, "Token") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Invalid token."}))).into_response();
    }
    match failure {
        Some(Behavior::Unknown) => {
            (StatusCode::NOT_FOUND, Json(json!({"detail": format!("Error: Ticker '{ticker}' not found")})))
                .into_response()
        }
        Some(Behavior::RateLimited(seconds)) => too_many(seconds, Json(json!({"detail": "Too many requests"}))),
        Some(Behavior::Quota) => {
            (plain(), "You have run over your hourly request allocation. Please see your plan.").into_response()
        }
        other => days(other, &ticker, from, to, |days| {
            let day = |(date, price): &(NaiveDate, Option<f64>)| {
                json!({
                    "date": format!("{date}T00:00:00.000Z"), "close": price, "adjClose": price, "divCash": 0.0,
                    "splitFactor": 1.0, "open": price, "high": price, "low": price, "volume": 1000,
                })
            };
            Value::Array(days.iter().map(day).collect())
        }),
    }
}

async fn polygon(
    State(shared): State<Arc<Shared>>,
    Path((ticker, from, to)): Path<(String, NaiveDate, NaiveDate)>,
    headers: HeaderMap,
) -> Response {
    let failure = shared.next_failure(&ticker).await;
    if !has_key(&headers, "Bearer") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"status": "ERROR", "error": "Unknown API Key"})))
            .into_response();
    }
    match failure {
        Some(Behavior::Unknown) => Json(json!({"status": "OK", "resultsCount": 0})).into_response(),
        Some(Behavior::PlanLimit) => (StatusCode::FORBIDDEN, Json(json!({"status": "NOT_AUTHORIZED"}))).into_response(),
        Some(Behavior::RateLimited(seconds)) => too_many(seconds, Json(json!({"status": "ERROR"}))),
        Some(Behavior::Empty) => Json(json!({"status": "OK"})).into_response(),
        other => days(other, &ticker, from, to, |days| {
            let midnight = |date: NaiveDate| {
                let at = date.and_time(NaiveTime::MIN).and_local_timezone(New_York);
                at.single().expect("midnight is never skipped in New York").timestamp_millis()
            };
            let results: Vec<_> = days.iter().map(|(date, price)| json!({"t": midnight(*date), "c": price})).collect();
            json!({"status": "OK", "resultsCount": results.len(), "results": results})
        }),
    }
}

/// Returns a response with one price per weekday from `from` to `to`. `failure` can corrupt the
/// prices, or replace the response with an invalid one or an error.
fn days(
    failure: Option<Behavior>,
    ticker: &str,
    from: NaiveDate,
    to: NaiveDate,
    write: impl Fn(&[(NaiveDate, Option<f64>)]) -> Value,
) -> Response {
    let mut days: Vec<(NaiveDate, Option<f64>)> = from
        .iter_days()
        .take_while(|day| *day <= to)
        .filter(|day| is_weekday(*day))
        .map(|day| (day, Some(price(ticker, day))))
        .collect();
    let count = days.len();
    match failure {
        None => {}
        Some(Behavior::UnusablePrices) => (days[count - 3].1, days[count - 4].1) = (None, Some(-1.0)),
        Some(Behavior::OutOfOrder) => days.swap(count - 1, count - 2),
        Some(Behavior::Repeated) => days.push(days[count - 1]),
        Some(Behavior::Jump) => days[count - 1].1 = days[count - 2].1.map(|before| before * 1.52),
        Some(Behavior::Hole) => drop(days.drain(count - 40..count - 20)),
        Some(Behavior::Empty) => days.clear(),
        Some(Behavior::ServerError) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Behavior::Html) => return ([(header::CONTENT_TYPE, "text/html")], "<h1>Welcome</h1>").into_response(),
        Some(Behavior::RateLimitedAsText) => {
            return (StatusCode::TOO_MANY_REQUESTS, plain(), "Slow down").into_response();
        }
        Some(Behavior::TooLarge) => return (json_type(), vec![b' '; 9_000_000]).into_response(),
        Some(Behavior::CutOff) => {
            let whole = write(&days).to_string();
            return (json_type(), whole[..whole.len() / 2].to_owned()).into_response();
        }
        Some(Behavior::BreaksOff) => {
            let begun = Bytes::from_static(b"[{\"date\":");
            let broken = futures::stream::iter([Ok(begun), Err(std::io::Error::other("the connection is cut"))]);
            return (json_type(), Body::from_stream(broken)).into_response();
        }
        Some(Behavior::Hang) => {
            let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
            return (json_type(), Body::from_stream(never)).into_response();
        }
        Some(other) => panic!("this provider has no {other:?}"),
    }
    Json(write(&days)).into_response()
}

fn is_weekday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Computes the price of a symbol on a given day. Its noise comes from a hash of the symbol and the
/// day.
fn price(ticker: &str, day: NaiveDate) -> f64 {
    let seed = ticker.bytes().fold(17_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let number = f64::from(day.num_days_from_ce());
    let noise = |salt: u32| {
        let mixed =
            seed.wrapping_add(day.num_days_from_ce().unsigned_abs()).wrapping_add(salt).wrapping_mul(2_654_435_761);
        f64::from(mixed >> 8) / f64::from(1_u32 << 24) - 0.5
    };
    let level = 20.0 + f64::from(seed % 280);
    let trend = (number / 90.0 + f64::from(seed % 7)).sin() * 0.12;
    let market = (number / 37.0).sin() * 0.05;
    (level * (trend + market + 0.02 * (noise(1) + noise(2))).exp() * 100.0).round() / 100.0
}

fn has_key(headers: &HeaderMap, scheme: &str) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|value| value == format!("{scheme} {KEY}").as_str())
}

fn too_many(seconds: Option<u64>, body: Json<Value>) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn plain() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "text/plain")]
}

fn json_type() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}
