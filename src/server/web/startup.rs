//! Answers requests while the server starts. A migration, or a database that another process has
//! locked, may take long; until then, requests get 503 with an explanation.

use crate::server::{
    web::connections::{self, Timeouts},
    web::middleware::headers::set_strict_headers,
};
use axum::{
    Router,
    http::{StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::get,
};
use std::{future::Future, net::SocketAddr, pin::pin, time::Duration};
use tokio::net::TcpListener;

/// Requests are answered if opening the database takes longer than this.
const LONG: Duration = Duration::from_secs(1);

/// Connections at once while it starts.
const MOST_ASKING: usize = 64;

/// The text of the 503 response.
const WORDS: &str =
    "The server is starting: its database is being brought up to date. Setups go on afterwards; try again in a moment.";

/// Awaits `opening`. If it takes long, answers requests on this address until it is done; then the
/// address is free again.
pub async fn startup_responder<T>(address: SocketAddr, opening: impl Future<Output = T>) -> T {
    let mut opening = pin!(opening);
    let listener = tokio::select! {
        opened = &mut opening => return opened,
        () = tokio::time::sleep(LONG) => TcpListener::bind(address).await,
    };
    // If the address is in use, the caller fails to bind it too and reports that.
    let Ok(listener) = listener else { return opening.await };
    tracing::warn!("database not open yet; answering 503 until it is");
    let answering = connections::serve(listener, routes(), Timeouts::default(), MOST_ASKING, std::future::pending());
    let answering = tokio::spawn(answering);
    let opened = opening.await;
    answering.abort();
    let _ = answering.await;
    opened
}

fn routes() -> Router {
    let routes = Router::new().route("/healthz", get(async || "ok")).fallback(starting);
    routes.layer(middleware::from_fn(set_strict_headers))
}

async fn starting() -> impl IntoResponse {
    let headers = [
        (header::RETRY_AFTER, "2"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, WORDS)
}

#[cfg(test)]
mod tests {
    use std::future::IntoFuture;

    use tokio::net::TcpListener;

    #[tokio::test]
    async fn answers_with_strict_headers_while_starting() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answering = tokio::spawn(axum::serve(listener, super::routes()).into_future());
        for (path, status) in [("/healthz", 200), ("/", 503)] {
            let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(answer.headers()["referrer-policy"], "same-origin", "{path}");
        }
        answering.abort();
    }
}
