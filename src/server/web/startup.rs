//! Responds to requests while the server starts. Opening the database may take a long time if it
//! has to be migrated or another process has locked it. Until the database is open, requests get a
//! 503 response with an explanation.

use std::{future::Future, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    http::{StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::get,
};
use tokio::net::TcpListener;

use crate::server::{
    web::connections::{self, Timeouts},
    web::middleware::headers::set_strict_headers,
};

/// How long opening the database may take before the server starts to respond to requests with 503.
const RESPOND_AFTER: Duration = Duration::from_secs(1);

/// Maximum number of simultaneous connections while the server starts.
const MAX_CONNECTIONS: usize = 64;

/// Text of the 503 response that is sent while the server starts.
const STARTING_MESSAGE: &str =
    "The server is starting and updating its database. Try again in a moment; setups continue automatically.";

/// Awaits `opening`, which opens the database. If that takes longer than a second, binds `address`
/// and responds with 503 until the database is open, then frees the address again.
pub async fn startup_responder<T>(address: SocketAddr, opening: impl Future<Output = T>) -> T {
    let mut opening = pin!(opening);
    let listener = tokio::select! {
        opened = &mut opening => return opened,
        () = tokio::time::sleep(RESPOND_AFTER) => TcpListener::bind(address).await,
    };
    // If the address is in use, the caller will fail to bind it as well, and will report the error.
    let Ok(listener) = listener else { return opening.await };
    tracing::warn!("starting: database not open yet, responding 503");
    let responding =
        connections::serve(listener, routes(), Timeouts::default(), MAX_CONNECTIONS, std::future::pending());
    let responding = tokio::spawn(responding);
    let opened = opening.await;
    responding.abort();
    let _ = responding.await;
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
    (StatusCode::SERVICE_UNAVAILABLE, headers, STARTING_MESSAGE)
}

#[cfg(test)]
mod tests {
    use std::future::IntoFuture;

    use tokio::net::TcpListener;

    #[tokio::test]
    async fn responds_with_strict_headers_while_starting() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let responding = tokio::spawn(axum::serve(listener, super::routes()).into_future());
        for (path, status) in [("/healthz", 200), ("/", 503)] {
            let response = reqwest::get(format!("http://{address}{path}")).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers()["referrer-policy"], "same-origin", "{path}");
        }
        responding.abort();
    }
}
