//! Accepts and serves connections, and closes those of slow or idle clients.
//!
//! A request head may have at most 100 header lines and 64 KB; the server responds to a larger one
//! with 431. The whole head must arrive within [`Timeouts::head`]. If nothing is transferred for
//! [`Timeouts::idle`], the connection is closed, whether the client stopped sending a body or
//! stopped reading a response. A connection whose client reads a response too slowly is closed as
//! well. Once the maximum number of connections is reached, the idlest connection is closed to
//! accept a new one.

mod descriptors;
mod registry;
mod stream;
#[cfg(test)]
mod tests;

use std::{convert::Infallible, future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    registry::{Activity, Registration, Registry},
    stream::IdleTimeoutStream,
};
use crate::server::util::guarded_body::GuardedBody;

pub use descriptors::{capacity, raise_limit};

/// Maximum size of a request head, in bytes. A session token of the maximum length (8 KB) takes up
/// an eighth of it.
const MAX_HEAD: usize = 64 * 1024;

/// Pause after a system error, such as too many open files, before the next connection is accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Time limits after which a client's connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Maximum time from the start of a connection, or from the end of a response, to the end of
    /// the next request's head. A page in a background tab polls every 16 seconds, so the default
    /// of 20 seconds keeps its connection open.
    pub head: Duration,
    /// Maximum time during which no bytes are transferred in either direction.
    pub idle: Duration,
    /// Maximum duration of a response. It applies only while the client reads more slowly than the
    /// server writes.
    pub response: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), idle: Duration::from_secs(30), response: Duration::from_mins(15) }
    }
}

/// Serves the connections of `listener` until `shutdown` completes, then waits for requests in
/// progress to finish. Keeps at most `capacity` connections open at a time.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    timeouts: Timeouts,
    capacity: usize,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    // If this future is dropped, the guard shuts down each connection after its current request.
    let _stopping = stopping.clone().drop_guard();
    let registry = Arc::new(Registry::default());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, registered) = tokio::select! {
            accepted = accept(&listener, &registry, capacity) => accepted,
            () = &mut shutdown => break,
        };
        // Disables Nagle's algorithm, so that a small response is sent without waiting for the
        // client to acknowledge the previous one.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY not set");
        }
        connections.spawn(serve_connection(stream, registered, routes.clone(), timeouts, stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// Accepts the next connection and registers it.
async fn accept(listener: &TcpListener, registry: &Arc<Registry>, capacity: usize) -> (TcpStream, Registration) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, registry.add(capacity).await),
            // The client closed the connection before it was accepted.
            Err(error) if is_connection_error(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed; retrying");
                registry.evict();
                // The next call would fail immediately for the same reason, so without a pause, the
                // loop would spin.
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

async fn serve_connection(
    stream: TcpStream,
    registered: Registration,
    routes: Router,
    timeouts: Timeouts,
    stopping: CancellationToken,
) {
    let activity = registered.activity.clone();
    let stream = TokioIo::new(IdleTimeoutStream::new(stream, timeouts, activity.clone()));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.head).max_buf_size(MAX_HEAD);
    let evicted = activity.evicted.clone();
    let mut connection = pin!(http.serve_connection(stream, track_activity(routes, activity)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = evicted.cancelled() => return tracing::debug!("connection evicted for a new one"),
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(?error, "connection ended early");
    }
}

/// Wraps the routes so that the connection's [`Activity`] records when each request starts and when
/// its response starts and ends.
fn track_activity(
    routes: Router,
    activity: Arc<Activity>,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> {
    let routes = TowerToHyperService::new(routes);
    service_fn(move |request| {
        activity.start_request();
        let (activity, response) = (activity.clone(), routes.call(request));
        async move {
            let response = response.await?;
            activity.start_response();
            Ok(response.map(|body| Body::new(GuardedBody::new(body, ResponseGuard(activity)))))
        }
    })
}

/// Marks the connection as waiting for the next request when the response body is dropped. That
/// happens once the whole body has been passed to the connection.
struct ResponseGuard(Arc<Activity>);

impl Drop for ResponseGuard {
    fn drop(&mut self) {
        self.0.finish_response();
    }
}
