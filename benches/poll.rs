//! Benchmark of polls for the status of a run. Compares the time of a poll with that of a handler
//! that returns a fixed string, and with that of a handler that serializes the same status for each
//! response. Polls are measured with and without a session token.
//!
//! One thread runs the server. Another sends many requests in one write, so the measured time is
//! mostly that of the server. Each round measures every kind of request in turn, and the medians
//! over the rounds are compared. `make bench` prints the comparison.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops at the first error")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Instant,
};

use axum::{Json, Router, extract::State, routing::get, serve::ListenerExt};
use portfolio_setup::server::{
    config::Config,
    market_data,
    setups::{SetupService, StatusQuery},
    store::{FileSource, NewPortfolio, SqliteStore},
    util::viewer::Viewer,
    web::{AppParts, AppState, Limits, router},
};
use positions::{UploadRules, parse_positions, sample_csv};
use serde_json::json;
use status::Status;
use test_support::tokens;
use tokio::net::TcpListener;
use uuid::Uuid;

/// Number of requests sent in one write.
const BATCH: usize = 64;

/// Number of writes in one round of measurements.
const BATCHES: usize = 150;

/// Number of rounds in which each kind of request is measured.
const ROUNDS: usize = 9;

/// A kind of request to the server, with its measurements.
struct Peer {
    name: &'static str,
    address: SocketAddr,
    request: String,
    /// Time per request in microseconds, one element per round.
    rounds: Vec<f64>,
    bytes: usize,
}

impl Peer {
    fn new(name: &'static str, address: SocketAddr, path: &str, headers: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        Self { name, address, request, rounds: Vec::new(), bytes: 0 }
    }

    fn round(&mut self) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        let size = response_size(&mut stream, &self.request);
        let batch = self.request.repeat(BATCH);
        let mut responses = vec![0; size * BATCH];
        let started = Instant::now();
        for _ in 0..BATCHES {
            stream.write_all(batch.as_bytes()).unwrap();
            stream.read_exact(&mut responses).unwrap();
        }
        #[allow(clippy::cast_precision_loss)]
        self.rounds.push(started.elapsed().as_secs_f64() * 1e6 / (BATCH * BATCHES) as f64);
        self.bytes = size;
    }

    fn median(&self) -> f64 {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// Sends `request` and returns the size of the response (head and body) in bytes. All responses to
/// the same request have the same size.
fn response_size(stream: &mut TcpStream, request: &str) -> usize {
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        response.extend_from_slice(&buffer[..count]);
        let Some(head) = response.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&response[..head]).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let size = head + 4 + length.parse::<usize>().unwrap();
        if response.len() == size {
            return size;
        }
    }
}

/// Owner of the benchmark's portfolio. It is both the user id in the `dev` authentication mode and
/// the subject of the session token.
const OWNER: &str = "local";

/// Runs a portfolio to completion and creates two applications that serve the status of that run
/// from memory. The first application has no sign-in and also serves the two baseline handlers. The
/// second application requires sign-in. Returns both applications, the portfolio's id and the
/// status of its run.
async fn applications(folder: &std::path::Path, issuer: SocketAddr) -> (Router, Router, String, Status) {
    let url = format!("sqlite://{}", folder.join("bench.db").display());
    let config = Config::from_env(|name| (name == "DATABASE_URL").then(|| url.clone())).unwrap();
    let with_sign_in = Config::from_env(|name| match name {
        "DATABASE_URL" => Some(url.clone()),
        "AUTH" => Some("clerk".to_owned()),
        "CLERK_ISSUER" => Some(format!("http://{issuer}")),
        _ => None,
    });
    let store = Arc::new(SqliteStore::open(&url).await.unwrap());
    let source = market_data::open_source(&config.market_data, store.clone()).await.unwrap();
    let setups = SetupService::new(store.clone(), store, source, 2, 0.0);
    setups.start();
    let rules = UploadRules { today: chrono::Utc::now().date_naive(), last_price_date: None };
    let positions = parse_positions(sample_csv().as_bytes(), &rules).unwrap().positions;
    let new = NewPortfolio {
        id: Uuid::new_v4(),
        owner: OWNER.to_owned(),
        name: "Growth Portfolio".to_owned(),
        cash: 10_000.0,
        positions,
        created_ms: 0,
        form_key: None,
        file: FileSource::None,
    };
    let run = setups.create(new).await.unwrap();
    setups.wait_briefly_for_completion(Viewer::Owner(OWNER), run.portfolio_id, std::time::Duration::from_mins(1)).await;
    let status = setups.status(Viewer::Owner(OWNER), run.portfolio_id, StatusQuery::default()).await.unwrap();
    let serialized = Router::new()
        .route("/serialized", get(async |State(status): State<Arc<Status>>| Json((*status).clone())))
        .with_state(Arc::new(status.clone()));
    let bare = Router::new().route("/bare", get(async || "hello"));
    let app = router(AppState::new(config, setups.clone()).unwrap()).merge(serialized).merge(bare);
    let with_sign_in = with_sign_in.unwrap();
    // Keeps the rate limits active, but advances their clock by one second every time it is read,
    // so that no request is rejected.
    let seconds = AtomicI64::new(0);
    let clock = move || seconds.fetch_add(1_000, Ordering::Relaxed);
    let limits = Limits::at(&with_sign_in.auth.mode, Arc::new(clock));
    let state = AppState::from(AppParts { limits, ..AppParts::new(with_sign_in, setups).unwrap() });
    let authenticating = state.clone();
    tokio::spawn(async move { authenticating.auth.run().await });
    (app, router(state), run.portfolio_id.to_string(), status)
}

/// Serves the application on a free local port and returns its socket address.
async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Sends small responses immediately. Without `TCP_NODELAY`, each would wait until the previous
    // one is acknowledged.
    let listener = listener.tap_io(|tcp| tcp.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Returns a session token with the same claims as one from Clerk.
fn token(issuer: SocketAddr) -> String {
    let now = chrono::Utc::now().timestamp();
    tokens::first().token(&json!({
        "azp": "https://app.example.com", "exp": now + 600, "fva": [1, -1], "iat": now, "iss": format!("http://{issuer}"),
        "jti": "a0b1c2d3e4f5a6b7c8d9", "nbf": now - 10, "sid": "sess_2xYzAbCdEfGhIjKlMnOpQrStUvW", "sts": "active",
        "sub": OWNER, "v": 2,
    }))
}

fn main() {
    let folder = tempfile::TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (address, with_sign_in, issuer, id, status) = runtime.block_on(async {
        let keys = tokens::key_set(&[tokens::first().public()]);
        let issuer = serve(Router::new().route("/.well-known/jwks.json", get(async || keys))).await;
        let (app, with_sign_in, id, status) = applications(folder.path(), issuer).await;
        (serve(app).await, serve(with_sign_in).await, issuer, id, status)
    });
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));

    let path = format!("/api/v1/onboarding/status/{id}");
    let tag = format!("if-none-match: \"{}-{}\"\r\n", status.attempt, status.version);
    let page = format!(
        "/api/page/status?portfolio_id={id}&attempt={}&version={}&after={}&found=1000",
        status.attempt, status.version, status.last_seq
    );
    let bearer = format!("authorization: Bearer {}\r\n", token(issuer));
    let cookie = format!("cookie: __session={}\r\n", token(issuer));
    wait_until_ready(with_sign_in);
    let mut peers = [
        Peer::new("a bare Axum handler", address, "/bare", ""),
        Peer::new("a poll, cached bytes", address, &path, ""),
        Peer::new("a poll, cached bytes, gzip", address, &path, "accept-encoding: gzip\r\n"),
        Peer::new("a poll, no change (304)", address, &path, &tag),
        Peer::new("the page's poll, no change", address, &page, ""),
        Peer::new("the status serialized each time", address, "/serialized", ""),
        Peer::new("a poll with a token", with_sign_in, &path, &bearer),
        Peer::new("a 304 with a token", with_sign_in, &path, &format!("{tag}{bearer}")),
        Peer::new("the page's poll with a cookie", with_sign_in, &page, &cookie),
    ];
    for _ in 0..ROUNDS {
        for peer in &mut peers {
            peer.round();
        }
    }
    let bare = peers[0].median();
    println!("{:<34}{:>10}{:>12}{:>10}", "one response", "bytes", "µs", "× bare");
    for peer in &peers {
        println!("{:<34}{:>10}{:>12.1}{:>10.2}", peer.name, peer.bytes, peer.median(), peer.median() / bare);
    }
    for (with, without) in [(6, 1), (7, 3), (8, 4)] {
        let ratio = peers[with].median() / peers[without].median();
        println!("{} costs {ratio:.2} times {}", peers[with].name, peers[without].name);
    }
}

/// Waits until the server with sign-in is ready. It is ready once it has fetched the public keys
/// with which it verifies session tokens.
fn wait_until_ready(address: SocketAddr) {
    for _ in 0..200 {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        if response.starts_with("HTTP/1.1 200") {
            return;
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the server did not fetch the keys within 4 seconds");
}
