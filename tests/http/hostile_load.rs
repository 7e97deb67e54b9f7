//! Tests that a hostile user cannot block the server while an ordinary user is working. The attacks
//! are giant runs, symbols that the live data source does not know, slow uploads, unread responses,
//! files full of commas, endless retries, and silent connections. `make hostile` runs the
//! full-length test in a release build, and also checks the response times.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use test_support::{
    fake_provider::{Behavior, FakeProvider, KEY},
    tokens::first,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    task::{JoinHandle, JoinSet},
};

use crate::{
    harness::{TestServer, form, one_of_each},
    issuer::Issuer,
};

const API: &str = "/api/v1/onboarding";

/// How much memory the server process may use at its peak, in MiB.
const PEAK_MEMORY_MIB: u64 = 512;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap())
}

/// A signed-in user, and the HTTP client that sends their requests.
#[derive(Clone)]
struct User {
    base: String,
    client: Client,
    token: String,
}

impl User {
    fn new(server: &TestServer, issuer: &Issuer, id: &str) -> Self {
        let now = chrono::Utc::now().timestamp();
        let claims = issuer.claims_with(json!({"sub": id, "iat": now - 5, "nbf": now - 5, "exp": now + 3_600}));
        let client = Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
        Self { base: server.base.clone(), client, token: first().token(&claims) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn upload(&self, name: &str, csv: impl Into<Vec<u8>>) -> Option<Value> {
        let sent =
            self.request(Method::POST, &format!("{API}/portfolios")).multipart(form(name, csv)).send().await.ok()?;
        sent.json().await.ok()
    }
}

/// The hostile user's tasks. They end once `is_stopped` is set.
struct Attack {
    is_stopped: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Attack {
    fn start(server: &TestServer, user: &User, symbols: usize) -> Self {
        let mut attack = Self { is_stopped: Arc::default(), tasks: JoinSet::new() };
        attack.upload_giant(user, symbols);
        attack.upload_junk(user);
        for _ in 0..60 {
            attack.upload_slowly(server, user);
        }
        for _ in 0..4 {
            attack.upload_commas(user);
        }
        attack.retry_endlessly(server, user);
        for _ in 0..1_100 {
            attack.connect_silently(server);
        }
        attack
    }

    /// Uploads a portfolio with the given number of symbols (2,000 in the full-size test), all of
    /// which have gaps in their prices.
    fn upload_giant(&mut self, user: &User, symbols: usize) {
        let user = user.clone();
        self.tasks.spawn(async move {
            let _ = user.upload("Giant", one_of_each((0..symbols).map(|at| format!("GAP{at}")))).await;
        });
    }

    /// Uploads eight portfolios, each with 10,000 symbols that the provider does not know.
    fn upload_junk(&mut self, user: &User) {
        for portfolio in 0..8 {
            let user = user.clone();
            self.tasks.spawn(async move {
                let junk = one_of_each((0..10_000).map(|at| format!("JUNK{portfolio}-{at}")));
                let _ = user.upload("Junk", junk).await;
            });
        }
    }

    /// Keeps sending uploads that are almost complete. Each time, waits half a second and then
    /// closes the connection.
    fn upload_slowly(&mut self, server: &TestServer, user: &User) {
        let (address, is_stopped) = (server.base.trim_start_matches("http://").to_owned(), self.is_stopped.clone());
        let head = format!(
            "POST {API}/portfolios HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9900000\r\n\r\n--x\r\n\
             Content-Disposition: form-data; name=\"csv_file\"; filename=\"a.csv\"\r\n\r\n",
            user.token
        );
        self.tasks.spawn(async move {
            while !is_stopped.load(Ordering::Relaxed) {
                let Ok(mut socket) = TcpStream::connect(&address).await else { continue };
                let _ = socket.write_all(head.as_bytes()).await;
                for _ in 0..600 {
                    if socket.write_all(&[b'a'; 16_384]).await.is_err() {
                        break;
                    }
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }

    /// Keeps uploading a file of almost 10 MB that contains nothing but commas.
    fn upload_commas(&mut self, user: &User) {
        let (user, is_stopped) = (user.clone(), self.is_stopped.clone());
        self.tasks.spawn(async move {
            while !is_stopped.load(Ordering::Relaxed) {
                let _ = user.upload("Commas", vec![b','; 9_900_000]).await;
            }
        });
    }

    /// Keeps retrying a portfolio and listing all portfolios. Also opens 60 connections that
    /// request a log and never read the response.
    fn retry_endlessly(&mut self, server: &TestServer, user: &User) {
        let (user, is_stopped) = (user.clone(), self.is_stopped.clone());
        let address = server.base.trim_start_matches("http://").to_owned();
        self.tasks.spawn(async move {
            let Some(created) = user.upload("Again", one_of_each(["JUNK0-0"])).await else { return };
            let id = created["portfolio_id"].as_str().unwrap_or_default().to_owned();
            let unread = format!(
                "GET {API}/status/{id}/logs?format=json&attempt=all&include_debug=true HTTP/1.1\r\nHost: {address}\r\n\
                 Authorization: Bearer {}\r\n\r\n",
                user.token
            );
            let mut unread_sockets = Vec::new();
            while !is_stopped.load(Ordering::Relaxed) {
                let _ = user.request(Method::POST, &format!("{API}/portfolios/{id}/retry")).send().await;
                let _ = user.request(Method::GET, &format!("{API}/portfolios")).send().await;
                if unread_sockets.len() < 60
                    && let Ok(mut socket) = TcpStream::connect(&address).await
                {
                    let _ = socket.write_all(unread.as_bytes()).await;
                    unread_sockets.push(socket);
                }
            }
        });
    }

    /// Holds a connection open without sending anything, and replaces it every 5 seconds.
    fn connect_silently(&mut self, server: &TestServer) {
        let (address, is_stopped) = (server.base.trim_start_matches("http://").to_owned(), self.is_stopped.clone());
        self.tasks.spawn(async move {
            while !is_stopped.load(Ordering::Relaxed) {
                let _socket = TcpStream::connect(&address).await;
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        });
    }

    async fn stop(mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.tasks.shutdown().await;
    }
}

/// Requests pages as the ordinary user until `is_stopped` is set. Returns how long each successful
/// request took, and counts the unsuccessful ones in `refused`.
fn browse(user: User, id: String, is_stopped: Arc<AtomicBool>, refused: Arc<AtomicUsize>) -> JoinHandle<Vec<Duration>> {
    let paths = [
        "/".to_owned(),
        format!("/onboarding/progress?portfolioId={id}"),
        format!("{API}/status/{id}"),
        format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0"),
    ];
    tokio::spawn(async move {
        let mut durations = Vec::new();
        while !is_stopped.load(Ordering::Relaxed) {
            for path in &paths {
                let sent = Instant::now();
                let response = user.request(Method::GET, path).send().await;
                let is_good = match response {
                    Ok(response) => response.status() == StatusCode::OK && response.bytes().await.is_ok(),
                    Err(_) => false,
                };
                if is_good {
                    durations.push(sent.elapsed());
                } else {
                    refused.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
        durations
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_others_beside_hostile_user() {
    let seconds = number("HOSTILE_SECONDS").unwrap_or(8);
    let symbols = usize::try_from(number("HOSTILE_SYMBOLS").unwrap_or(300)).unwrap();
    let provider = FakeProvider::start().await;
    provider.unknown_from("JUNK");
    for at in 0..symbols {
        provider.always(&format!("GAP{at}"), Behavior::Hole);
    }
    let issuer = Issuer::start().await;
    let mut environment = issuer.environment();
    environment.extend([
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
        ("MARKET_DATA_PER_MINUTE", "6000".to_owned()),
        ("RUST_LOG", "error".to_owned()),
    ]);
    let server = TestServer::start_process(environment).await;
    let (hostile, ordinary) = (User::new(&server, &issuer, "hostile"), User::new(&server, &issuer, "ordinary"));
    let attack = Attack::start(&server, &hostile, symbols);
    let until = Instant::now() + Duration::from_secs(seconds);

    let twelve = one_of_each((0..12).map(|at| format!("S{at}")));
    let created = ordinary.upload("Mine", twelve).await.expect("the upload gets a response");
    let id = created["portfolio_id"].as_str().unwrap_or_else(|| panic!("{created:#}")).to_owned();
    let (is_stopped, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let browsing = browse(ordinary.clone(), id.clone(), is_stopped.clone(), refused.clone());
    let started = Instant::now();
    let status = loop {
        let response = ordinary.request(Method::GET, &format!("{API}/status/{id}")).send().await;
        let status: Value = match response {
            Ok(response) => response.json().await.unwrap_or_default(),
            Err(_) => Value::Null,
        };
        if status["status"] == "completed" || status["status"] == "failed" {
            break status;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "the setup does not end: {status:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(status["status"], "completed", "{:#}", status["error"]);
    let completed_in = started.elapsed();
    tokio::time::sleep_until(until.into()).await;
    is_stopped.store(true, Ordering::Relaxed);
    let mut durations = browsing.await.unwrap();
    attack.stop().await;
    durations.sort_unstable();
    let p99 = durations[durations.len() * 99 / 100];
    let memory = server.peak_memory_mib();
    println!(
        "{} pages of the ordinary user, {} refused, p50 {} ms, p99 {} ms, longest {} ms; their setup took {:.1} s; \
         peak memory {memory} MiB",
        durations.len(),
        refused.load(Ordering::Relaxed),
        durations[durations.len() / 2].as_millis(),
        p99.as_millis(),
        durations[durations.len() - 1].as_millis(),
        completed_in.as_secs_f64(),
    );
    assert_eq!(refused.load(Ordering::Relaxed), 0, "the ordinary user is never refused");
    assert!(memory < PEAK_MEMORY_MIB, "{memory} MiB");
    // Response times are checked only if `HOSTILE_P99_MS` is set. In a debug build that shares the
    // machine with other tests, they mean little.
    if let Some(limit_ms) = number("HOSTILE_P99_MS") {
        assert!(p99 < Duration::from_millis(limit_ms), "{p99:?}");
    }
}
