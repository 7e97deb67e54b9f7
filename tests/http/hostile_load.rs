//! One hostile user does everything that may block the server, beside an ordinary user: giant runs,
//! junk symbols over a live source, slow uploads, answers that nobody reads, files of commas,
//! retries without end, and silent sockets. `make hostile` runs it at full length in a release
//! build, and holds it to its limits.

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

/// The most memory that the process may ever have had, in MiB.
const MOST_MEMORY: u64 = 512;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap())
}

/// One person with a session, at a server.
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

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn upload(&self, name: &str, csv: impl Into<Vec<u8>>) -> Option<Value> {
        let sent = self.ask(Method::POST, &format!("{API}/portfolios")).multipart(form(name, csv)).send().await.ok()?;
        sent.json().await.ok()
    }
}

/// What the hostile user does; ends when the flag is set.
struct Attack {
    over: Arc<AtomicBool>,
    players: JoinSet<()>,
}

impl Attack {
    fn start(server: &TestServer, user: &User, symbols: usize) -> Self {
        let mut attack = Self { over: Arc::default(), players: JoinSet::new() };
        attack.giants(user, symbols);
        attack.junk(user);
        for _ in 0..60 {
            attack.slow_upload(server, user);
        }
        for _ in 0..4 {
            attack.commas(user);
        }
        attack.retries(server, user);
        for _ in 0..1_100 {
            attack.silent(server);
        }
        attack
    }

    /// Sets up 2,000 symbols, all with gaps.
    fn giants(&mut self, user: &User, symbols: usize) {
        let user = user.clone();
        self.players.spawn(async move {
            let _ = user.upload("Giant", one_of_each((0..symbols).map(|at| format!("GAP{at}")))).await;
        });
    }

    /// Sets up eight times 10,000 symbols that the provider does not know.
    fn junk(&mut self, user: &User) {
        for portfolio in 0..8 {
            let user = user.clone();
            self.players.spawn(async move {
                let junk = one_of_each((0..10_000).map(|at| format!("JUNK{portfolio}-{at}")));
                let _ = user.upload("Junk", junk).await;
            });
        }
    }

    /// Sends half of an upload and then nothing, again and again.
    fn slow_upload(&mut self, server: &TestServer, user: &User) {
        let (address, over) = (server.base.trim_start_matches("http://").to_owned(), self.over.clone());
        let head = format!(
            "POST {API}/portfolios HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9900000\r\n\r\n--x\r\n\
             Content-Disposition: form-data; name=\"csv_file\"; filename=\"a.csv\"\r\n\r\n",
            user.token
        );
        self.players.spawn(async move {
            while !over.load(Ordering::Relaxed) {
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

    /// Uploads files of almost 10 MB that are all commas.
    fn commas(&mut self, user: &User) {
        let (user, over) = (user.clone(), self.over.clone());
        self.players.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let _ = user.upload("Commas", vec![b','; 9_900_000]).await;
            }
        });
    }

    /// Retries a portfolio and lists all of them without end, and asks for logs that it does not
    /// read.
    fn retries(&mut self, server: &TestServer, user: &User) {
        let (user, over) = (user.clone(), self.over.clone());
        let address = server.base.trim_start_matches("http://").to_owned();
        self.players.spawn(async move {
            let Some(created) = user.upload("Again", one_of_each(["JUNK0-0"])).await else { return };
            let id = created["portfolio_id"].as_str().unwrap_or_default().to_owned();
            let unread = format!(
                "GET {API}/status/{id}/logs?format=json&attempt=all&include_debug=true HTTP/1.1\r\nHost: {address}\r\n\
                 Authorization: Bearer {}\r\n\r\n",
                user.token
            );
            let mut unread_sockets = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let _ = user.ask(Method::POST, &format!("{API}/portfolios/{id}/retry")).send().await;
                let _ = user.ask(Method::GET, &format!("{API}/portfolios")).send().await;
                if unread_sockets.len() < 60
                    && let Ok(mut socket) = TcpStream::connect(&address).await
                {
                    let _ = socket.write_all(unread.as_bytes()).await;
                    unread_sockets.push(socket);
                }
            }
        });
    }

    /// Connects and says nothing.
    fn silent(&mut self, server: &TestServer) {
        let (address, over) = (server.base.trim_start_matches("http://").to_owned(), self.over.clone());
        self.players.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let _socket = TcpStream::connect(&address).await;
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        });
    }

    async fn stop(mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.players.shutdown().await;
    }
}

/// Looks at pages as the ordinary user does, until told to stop; returns how long each took.
fn look(user: User, id: String, over: Arc<AtomicBool>, refused: Arc<AtomicUsize>) -> JoinHandle<Vec<Duration>> {
    let paths = [
        "/".to_owned(),
        format!("/onboarding/progress?portfolioId={id}"),
        format!("{API}/status/{id}"),
        format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0"),
    ];
    tokio::spawn(async move {
        let mut took = Vec::new();
        while !over.load(Ordering::Relaxed) {
            for path in &paths {
                let asked = Instant::now();
                let answer = user.ask(Method::GET, path).send().await;
                let is_good = match answer {
                    Ok(answer) => answer.status() == StatusCode::OK && answer.bytes().await.is_ok(),
                    Err(_) => false,
                };
                if is_good {
                    took.push(asked.elapsed());
                } else {
                    refused.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
        took
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
    let server = TestServer::in_a_process(environment).await;
    let (hostile, ordinary) = (User::new(&server, &issuer, "hostile"), User::new(&server, &issuer, "ordinary"));
    let attack = Attack::start(&server, &hostile, symbols);
    let until = Instant::now() + Duration::from_secs(seconds);

    let twelve = one_of_each((0..12).map(|at| format!("S{at}")));
    let created = ordinary.upload("Mine", twelve).await.expect("the upload is answered");
    let id = created["portfolio_id"].as_str().unwrap_or_else(|| panic!("{created:#}")).to_owned();
    let (over, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let looking = look(ordinary.clone(), id.clone(), over.clone(), refused.clone());
    let started = Instant::now();
    let status = loop {
        let answer = ordinary.ask(Method::GET, &format!("{API}/status/{id}")).send().await;
        let status: Value = match answer {
            Ok(answer) => answer.json().await.unwrap_or_default(),
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
    over.store(true, Ordering::Relaxed);
    let mut took = looking.await.unwrap();
    attack.stop().await;
    took.sort_unstable();
    let p99 = took[took.len() * 99 / 100];
    let memory = server.peak_memory_mib();
    println!(
        "{} pages of the ordinary user, {} refused, p50 {} ms, p99 {} ms, longest {} ms; their setup took {:.1} s; \
         peak memory {memory} MiB",
        took.len(),
        refused.load(Ordering::Relaxed),
        took[took.len() / 2].as_millis(),
        p99.as_millis(),
        took[took.len() - 1].as_millis(),
        completed_in.as_secs_f64(),
    );
    assert_eq!(refused.load(Ordering::Relaxed), 0, "the ordinary user is never refused");
    assert!(memory < MOST_MEMORY, "{memory} MiB");
    // Timings of a debug build beside other tests are not meaningful.
    if let Some(most_ms) = number("HOSTILE_P99_MS") {
        assert!(p99 < Duration::from_millis(most_ms), "{p99:?}");
    }
}
