//! Many portfolios at once, each watched by several people as the page does it: nothing is mixed
//! up, nothing is lost, and nobody waits. `make watchers` runs it at full size and for ten minutes,
//! and holds it to its limits.

use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::Value;

use crate::harness::TestServer;

/// Symbols of the bundled data, two or three to a portfolio.
const SYMBOLS: [&str; 12] = ["AAPL", "MSFT", "JPM", "XOM", "WMT", "PG", "UNH", "KO", "JNJ", "HD", "CVX", "PFE"];

/// How often each watcher asks.
const EVERY: Duration = Duration::from_secs(2);

/// How long a poll may take, at full size: all but one in a hundred.
const P99: Duration = Duration::from_millis(20);

fn size(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// One portfolio and what may be said in its log.
struct Watched {
    id: String,
    name: String,
    symbols: BTreeSet<&'static str>,
}

async fn create(server: &TestServer, number: usize) -> Arc<Watched> {
    let symbols: BTreeSet<_> = [number, number * 5 + 1, number * 7 + 3].map(|at| SYMBOLS[at % SYMBOLS.len()]).into();
    let mut csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\n".to_owned();
    for symbol in &symbols {
        writeln!(csv, "{symbol},{},50,2020-01-02", number + 1).unwrap();
    }
    let name = format!("Portfolio {number}");
    let created: Value = server.upload(&name, "1000", &csv).await.json().await.unwrap();
    Arc::new(Watched { id: created["portfolio_id"].as_str().unwrap().to_owned(), name, symbols })
}

/// Polls as the page does until `until`, over a connection of its own; gives how long each answer
/// took.
async fn watch(base: String, of: Arc<Watched>, first: Duration, until: Instant) -> Vec<Duration> {
    let (mut attempt, mut version, mut after, mut percent) = (0, 0, 0, 0);
    let client = Client::builder().tls_certs_only([]).build().unwrap();
    let mut took = Vec::new();
    tokio::time::sleep(first).await;
    while Instant::now() < until {
        let url =
            format!("{base}/api/page/status?portfolio_id={}&attempt={attempt}&version={version}&after={after}", of.id);
        let asked = Instant::now();
        let body = client.get(url).send().await.unwrap().bytes().await.unwrap();
        took.push(asked.elapsed());
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert!(answer.get("changed").is_some() || answer.get("unchanged").is_some(), "{answer}");
        if let Some(status) = answer.get("changed") {
            assert_eq!(
                (&status["portfolio_id"], &status["portfolio_name"]),
                (&of.id.clone().into(), &of.name.clone().into())
            );
            assert!(status["version"].as_u64().unwrap() > version);
            for entry in status["activity_log"].as_array().unwrap() {
                after += 1;
                assert_eq!(entry["seq"].as_u64(), Some(after), "no entry is missing or comes twice");
                check_symbol(entry["message"].as_str().unwrap(), &of);
            }
            attempt = status["attempt"].as_u64().unwrap();
            version = status["version"].as_u64().unwrap();
            let shown = status["overall_progress"]["percent_complete"].as_u64().unwrap();
            assert!(shown >= percent, "the percent fell");
            percent = shown;
        }
        tokio::time::sleep(EVERY.saturating_sub(asked.elapsed())).await;
    }
    assert!(after > 0, "it saw something");
    took
}

/// "Fetched AAPL: 273 days of history" is of a position; factors say in brackets what they are.
fn check_symbol(message: &str, of: &Watched) {
    if let Some((symbol, rest)) = message.strip_prefix("Fetched ").and_then(|rest| rest.split_once(':'))
        && !rest.contains('(')
    {
        assert!(of.symbols.contains(symbol), "{} is told of {symbol}", of.name);
    }
}

/// A number of `/metrics`.
async fn measured(server: &TestServer, name: &str) -> u64 {
    let text = server.get("/metrics").await.text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_every_watcher_their_own_run_completely() {
    let portfolios = usize::try_from(size("WATCHED_PORTFOLIOS", 20)).unwrap();
    let watchers = usize::try_from(size("WATCHERS", 100)).unwrap();
    let seconds = size("WATCHED_SECONDS", 8);
    let is_full = std::env::var("WATCHERS").is_ok();
    let server = TestServer::in_a_process(vec![
        ("BATCH_WORKERS", portfolios.to_string()),
        // Every run lasts for about the whole time.
        ("MARKET_DATA_PER_MINUTE", (portfolios as u64 * 22 * 60 / seconds).to_string()),
    ])
    .await;
    let mut all = Vec::new();
    for number in 0..portfolios {
        all.push(create(&server, number).await);
    }
    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);
    let watching: Vec<_> = (0..watchers)
        .map(|number| {
            let first = EVERY.mul_f64(number as f64 / watchers as f64);
            let of = all[number % portfolios].clone();
            tokio::spawn(watch(server.base.clone(), of, first, until))
        })
        .collect();
    let mut samples = Vec::new();
    while Instant::now() < until {
        let (memory, files) =
            (measured(&server, "process_resident_memory_bytes").await, measured(&server, "process_open_fds").await);
        samples.push((memory, files));
        tokio::time::sleep(Duration::from_secs((seconds / 40).max(1))).await;
    }
    let mut took = Vec::new();
    for watcher in watching {
        took.extend(watcher.await.unwrap());
    }
    took.sort_unstable();
    let at = |share: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (took.len() as f64 * share) as usize;
        took[index.min(took.len() - 1)]
    };
    // The first quarter is the way there.
    let settled = &samples[samples.len() / 4..];
    let (least, most) = (settled.iter().map(|s| s.0).min().unwrap(), settled.iter().map(|s| s.0).max().unwrap());
    let (fewest, mostly) = (settled.iter().map(|s| s.1).min().unwrap(), settled.iter().map(|s| s.1).max().unwrap());
    println!(
        "{} polls by {watchers} watchers of {portfolios} portfolios in {seconds} s: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; \
         memory {} to {} MiB, {fewest} to {mostly} open files",
        took.len(),
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3,
        least / 1_048_576,
        most / 1_048_576,
    );
    assert!(took.len() >= watchers, "everybody was answered");
    if is_full {
        assert!(at(0.99) < P99);
        assert!(most < least + least / 5, "memory grows");
        assert!(mostly <= fewest + 16, "open files grow");
    }
}
