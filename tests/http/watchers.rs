//! Tests many simultaneous portfolios. Several clients poll each of them as the live page does. No
//! client may see another portfolio, miss a log entry or wait long. `make watchers` runs the
//! full-size test for ten minutes, and also checks response times, memory and open files.

use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::Value;

use crate::harness::TestServer;

/// Symbols of the bundled sample data. Each portfolio contains two or three of them.
const SYMBOLS: [&str; 12] = ["AAPL", "MSFT", "JPM", "XOM", "WMT", "PG", "UNH", "KO", "JNJ", "HD", "CVX", "PFE"];

/// How often each client polls.
const EVERY: Duration = Duration::from_secs(2);

/// In the full-size test, 99% of the polls must be faster than this.
const P99: Duration = Duration::from_millis(20);

fn size(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A portfolio that clients poll. Its log may mention no symbols other than `symbols`.
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

/// Polls a portfolio as the live page does, over a separate connection, until the time `until`.
/// Returns how long each poll took.
async fn watch(base: String, portfolio: Arc<Watched>, delay: Duration, until: Instant) -> Vec<Duration> {
    let (mut attempt, mut version, mut after, mut found, mut percent) = (0, 0, 0, 0, 0);
    let client = Client::builder().tls_certs_only([]).build().unwrap();
    let mut durations = Vec::new();
    tokio::time::sleep(delay).await;
    while Instant::now() < until {
        let url = format!(
            "{base}/api/page/status?portfolio_id={}&attempt={attempt}&version={version}&after={after}&found={found}",
            portfolio.id
        );
        let sent = Instant::now();
        let body = client.get(url).send().await.unwrap().bytes().await.unwrap();
        durations.push(sent.elapsed());
        let response: Value = serde_json::from_slice(&body).unwrap();
        assert!(response.get("changed").is_some() || response.get("unchanged").is_some(), "{response}");
        if let Some(changed) = response.get("changed") {
            let status = &changed["status"];
            for finding in changed["found"].as_array().unwrap() {
                found = found.max(finding["seq"].as_u64().unwrap());
            }
            assert_eq!(
                (&status["portfolio_id"], &status["portfolio_name"]),
                (&portfolio.id.clone().into(), &portfolio.name.clone().into())
            );
            assert!(status["version"].as_u64().unwrap() > version);
            for entry in status["activity_log"].as_array().unwrap() {
                after += 1;
                assert_eq!(entry["seq"].as_u64(), Some(after), "no entry is missing or comes twice");
                check_symbol(entry["message"].as_str().unwrap(), &portfolio);
            }
            attempt = status["attempt"].as_u64().unwrap();
            version = status["version"].as_u64().unwrap();
            let shown = status["overall_progress"]["percent_complete"].as_u64().unwrap();
            assert!(shown >= percent, "the percent fell");
            percent = shown;
        }
        tokio::time::sleep(EVERY.saturating_sub(sent.elapsed())).await;
    }
    assert!(after > 0, "the watcher saw log entries");
    durations
}

/// Checks that a log line such as "Fetched AAPL: 273 days of history" names a symbol of the
/// portfolio. Skips lines about factors, which contain a remark in parentheses.
fn check_symbol(message: &str, portfolio: &Watched) {
    if let Some((symbol, rest)) = message.strip_prefix("Fetched ").and_then(|rest| rest.split_once(':'))
        && !rest.contains('(')
    {
        assert!(portfolio.symbols.contains(symbol), "{} shows {symbol}", portfolio.name);
    }
}

/// Returns the value that `/metrics` reports for this metric.
async fn metric(server: &TestServer, name: &str) -> u64 {
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
    let server = TestServer::start_process(vec![
        ("BATCH_WORKERS", portfolios.to_string()),
        // At this rate limit, the 22 price requests of each portfolio take as long as the whole
        // test, so that runs are active throughout.
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
            let delay = EVERY.mul_f64(number as f64 / watchers as f64);
            let portfolio = all[number % portfolios].clone();
            tokio::spawn(watch(server.base.clone(), portfolio, delay, until))
        })
        .collect();
    let mut samples = Vec::new();
    while Instant::now() < until {
        let (memory, files) =
            (metric(&server, "process_resident_memory_bytes").await, metric(&server, "process_open_fds").await);
        samples.push((memory, files));
        tokio::time::sleep(Duration::from_secs((seconds / 40).max(1))).await;
    }
    let mut durations = Vec::new();
    for watcher in watching {
        durations.extend(watcher.await.unwrap());
    }
    durations.sort_unstable();
    let at = |share: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (durations.len() as f64 * share) as usize;
        durations[index.min(durations.len() - 1)]
    };
    // The first 25% of the samples are ignored, because memory and open files are still growing
    // then.
    let settled = &samples[samples.len() / 4..];
    let (least, most) = (settled.iter().map(|s| s.0).min().unwrap(), settled.iter().map(|s| s.0).max().unwrap());
    let (least_files, most_files) =
        (settled.iter().map(|s| s.1).min().unwrap(), settled.iter().map(|s| s.1).max().unwrap());
    println!(
        "{} polls by {watchers} watchers of {portfolios} portfolios in {seconds} s: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; \
         memory {} to {} MiB, {least_files} to {most_files} open files",
        durations.len(),
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        at(1.0).as_secs_f64() * 1e3,
        least / 1_048_576,
        most / 1_048_576,
    );
    assert!(durations.len() >= watchers, "every watcher got a response");
    if is_full {
        assert!(at(0.99) < P99);
        assert!(most < least + least / 5, "memory grows");
        assert!(most_files <= least_files + 16, "open files grow");
    }
}
