//! A stand-in for Clerk on a real socket: publishes keys in whatever way it is told to, and counts who asks.

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

/// The time at which the tests of tokens take place, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;

/// The site that tokens are made for.
pub const APP: &str = "https://app.example";

/// What is answered to those who ask for the keys.
#[derive(Clone, Debug)]
pub enum Answer {
    Keys(Vec<Value>),
    Text(String),
    Status(u16),
    /// More than anybody wants to read, with the keys at its end.
    Huge(Vec<Value>),
    /// Nothing, for so long; then the keys.
    After(Duration, Vec<Value>),
    /// The keys are elsewhere.
    Redirect,
}

/// The stand-in.
pub struct Issuer {
    /// Its address, which is its name as well.
    pub base: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    answer: Mutex<Answer>,
    fetches: AtomicUsize,
    /// How often somebody followed an address that a token or a redirect named.
    lured: AtomicUsize,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Issuer {
    /// One that publishes the first key.
    pub async fn start() -> Self {
        Self::answering(Answer::Keys(vec![first().public()])).await
    }

    /// One that answers like this.
    pub async fn answering(answer: Answer) -> Self {
        let shared =
            Arc::new(Shared { answer: Mutex::new(answer), fetches: AtomicUsize::new(0), lured: AtomicUsize::new(0) });
        let app = Router::new()
            .route("/.well-known/jwks.json", get(keys))
            .route("/elsewhere", get(elsewhere))
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, shared, serving }
    }

    /// From now on it answers like this.
    pub fn answers(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// From now on it publishes these keys.
    pub fn publishes(&self, keys: &[&Key]) {
        self.answers(Answer::Keys(keys.iter().map(|key| key.public()).collect()));
    }

    /// How often it was asked for its keys.
    pub fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// How often somebody asked for keys where they should not.
    pub fn lured(&self) -> usize {
        self.shared.lured.load(Ordering::SeqCst)
    }

    /// The environment of a server that trusts it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AUTH", "clerk".to_owned()),
            ("CLERK_ISSUER", self.base.clone()),
            ("CLERK_AUTHORIZED_PARTIES", format!("{APP},http://localhost:3000")),
            ("SIGN_IN_URL", "https://sign-in.example/".to_owned()),
        ]
    }

    /// A server that trusts it and stands at [`NOW`].
    pub async fn server(&self) -> TestServer {
        let mut server = self.stopped_server();
        server.boot().await;
        server
    }

    /// The same, not started yet.
    pub fn stopped_server(&self) -> TestServer {
        let mut server = TestServer::new(Script::default(), self.environment());
        server.set_clock(Arc::new(|| NOW * 1000));
        server
    }

    /// The claims of a good token.
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.base, "sub": "user_1", "sid": "sess_1", "azp": APP, "sts": "active",
            "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 50,
        })
    }

    /// Good claims, with some of them replaced; `null` leaves one out.
    pub fn claims_but(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    /// A good token of this user.
    pub fn token_of(&self, user: &str) -> String {
        first().token(&self.claims_but(json!({"sub": user})))
    }
}

async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    let answer = shared.answer.lock().unwrap().clone();
    match answer {
        Answer::Keys(keys) => key_set(&keys).into_response(),
        Answer::Text(text) => text.into_response(),
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Huge(keys) => format!("{}{}", " ".repeat(300 * 1024), key_set(&keys)).into_response(),
        Answer::After(wait, keys) => {
            tokio::time::sleep(wait).await;
            key_set(&keys).into_response()
        }
        Answer::Redirect => (StatusCode::FOUND, [("location", "/elsewhere")]).into_response(),
    }
}

async fn elsewhere(State(shared): State<Arc<Shared>>) -> Response {
    shared.lured.fetch_add(1, Ordering::SeqCst);
    key_set(&[second().public()]).into_response()
}
