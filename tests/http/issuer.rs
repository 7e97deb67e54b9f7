//! A fake token issuer that stands in for Clerk and listens on a real socket. Tests choose how it
//! responds to requests for its signing keys, and it counts these requests.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use scripted::Script;
use serde_json::{Value, json};
use test_support::tokens::{Key, first, key_set, second};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::harness::TestServer;

/// The Unix time, in seconds, that the server's clock shows in tests of tokens.
pub const NOW: i64 = 1_800_000_000;

/// The site for which tokens are issued (their `azp` claim).
pub const APP: &str = "https://app.example";

/// How the fake issuer responds to a request for its signing keys.
#[derive(Clone, Debug)]
pub enum KeyResponse {
    Keys(Vec<Value>),
    Text(String),
    Status(u16),
    /// A valid response with the given keys, padded with spaces so that it exceeds the server's
    /// size limit.
    Huge(Vec<Value>),
    /// A response that contains these keys but arrives after a delay.
    After(Duration, Vec<Value>),
    /// A redirect to another URL of the fake issuer. It counts the requests for that URL, so that
    /// tests can check that the server does not follow the redirect.
    Redirect,
}

/// A fake token issuer. It stops when it is dropped.
pub struct Issuer {
    /// Base URL of the fake issuer, and the `iss` claim of its tokens.
    pub base: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    response: Mutex<KeyResponse>,
    fetches: AtomicUsize,
    /// Number of requests for `/elsewhere`. Only tokens and redirects mention this URL, and the
    /// server must never request it.
    stray_requests: AtomicUsize,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Issuer {
    /// Starts a fake issuer that publishes the first test key.
    pub async fn start() -> Self {
        Self::start_with(KeyResponse::Keys(vec![first().public()])).await
    }

    /// Starts a fake issuer that sends `response` whenever its keys are requested.
    pub async fn start_with(response: KeyResponse) -> Self {
        let shared = Arc::new(Shared {
            response: Mutex::new(response),
            fetches: AtomicUsize::new(0),
            stray_requests: AtomicUsize::new(0),
        });
        let app = Router::new()
            .route("/.well-known/jwks.json", get(keys))
            .route("/elsewhere", get(elsewhere))
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, shared, serving }
    }

    /// Changes how the fake issuer responds to requests for its keys from now on.
    pub fn set_response(&self, response: KeyResponse) {
        *self.shared.response.lock().unwrap() = response;
    }

    /// Makes the fake issuer publish these keys from now on.
    pub fn publish(&self, keys: &[&Key]) {
        self.set_response(KeyResponse::Keys(keys.iter().map(|key| key.public()).collect()));
    }

    /// Returns how many times the issuer's keys were requested.
    pub fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// Returns the number of requests for `/elsewhere`. Only tokens and redirects mention this URL,
    /// and the server must never request it.
    pub fn stray_requests(&self) -> usize {
        self.shared.stray_requests.load(Ordering::SeqCst)
    }

    /// Returns the environment variables with which a server trusts this issuer.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AUTH", "clerk".to_owned()),
            ("CLERK_ISSUER", self.base.clone()),
            ("CLERK_AUTHORIZED_PARTIES", format!("{APP},http://localhost:3000")),
            ("SIGN_IN_URL", "https://sign-in.example/".to_owned()),
        ]
    }

    /// Starts a server that trusts this issuer and whose clock always shows [`NOW`].
    pub async fn server(&self) -> TestServer {
        let mut server = self.stopped_server();
        server.boot().await;
        server
    }

    /// Creates a server that trusts this issuer, but does not start it.
    pub fn stopped_server(&self) -> TestServer {
        let mut server = TestServer::new(Script::default(), self.environment());
        server.set_clock(Arc::new(|| NOW * 1000));
        server
    }

    /// Returns the claims of a token that is valid at [`NOW`].
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.base, "sub": "user_1", "sid": "sess_1", "azp": APP, "sts": "active",
            "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 50,
        })
    }

    /// Returns valid claims with `changes` applied: `null` removes a claim, and any other value
    /// replaces it.
    pub fn claims_with(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    /// Returns a valid token for this user.
    pub fn token_of(&self, user: &str) -> String {
        first().token(&self.claims_with(json!({"sub": user})))
    }
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    let response = shared.response.lock().unwrap().clone();
    match response {
        KeyResponse::Keys(keys) => key_set(&keys).into_response(),
        KeyResponse::Text(text) => text.into_response(),
        KeyResponse::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        KeyResponse::Huge(keys) => format!("{}{}", " ".repeat(300 * 1024), key_set(&keys)).into_response(),
        KeyResponse::After(wait, keys) => {
            tokio::time::sleep(wait).await;
            key_set(&keys).into_response()
        }
        KeyResponse::Redirect => (StatusCode::FOUND, [("location", "/elsewhere")]).into_response(),
    }
}

async fn elsewhere(State(shared): State<Arc<Shared>>) -> Response {
    shared.stray_requests.fetch_add(1, Ordering::SeqCst);
    key_set(&[second().public()]).into_response()
}
