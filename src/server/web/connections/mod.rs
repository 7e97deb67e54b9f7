//! Connections: accepted, served, and ended where the other side takes too long or says too much.
//!
//! A head of a request has at most 100 lines and 64 KB (431 above), and comes within
//! [`Timeouts::head`]. A connection on which nothing moves for [`Timeouts::idle`] is closed,
//! whether a body is missing or nobody takes the answer, and so is one whose answer is read too
//! slowly. Once all connections are taken, the idlest one gives way to the next.

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
    registry::{Activity, Registered, Registry},
    stream::IdleTimeoutStream,
};
use crate::server::util::guarded_body::GuardedBody;

pub use descriptors::{capacity, raise_limit};

/// The longest head of a request, in bytes. The longest session token is a quarter of it.
const MAX_HEAD: usize = 64 * 1024;

/// How long accepting pauses after an error of the system, unless a connection ends before.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the other side may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the start of a connection, or the end of an answer, to the end of the next request's head. A tab in the
    /// background asks every 16 seconds and keeps its connection.
    pub head: Duration,
    /// Between two bytes, in whichever direction.
    pub idle: Duration,
    /// For a whole answer, once it cannot be written at once.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), idle: Duration::from_secs(30), answer: Duration::from_mins(15) }
    }
}

/// Serves what comes in on `listener` until `shutdown` completes; then lets requests under way
/// finish. There are at most `capacity` connections at once.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    timeouts: Timeouts,
    capacity: usize,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    // Dropping this ends the connections too, each at the end of its request.
    let _stopping = stopping.clone().drop_guard();
    let registry = Arc::new(Registry::default());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, registered) = tokio::select! {
            accepted = accept(&listener, &registry, capacity) => accepted,
            () = &mut shutdown => break,
        };
        // A small answer is not held back for the one before it to be acknowledged.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        connections.spawn(serve_connection(stream, registered, routes.clone(), timeouts, stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// The next connection.
async fn accept(listener: &TcpListener, registry: &Arc<Registry>, capacity: usize) -> (TcpStream, Registered) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, registry.add(capacity).await),
            // The connection closed before it was accepted.
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                registry.evict();
                // The pending one is offered again at once; without a pause this loop would spin.
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

async fn serve_connection(
    stream: TcpStream,
    registered: Registered,
    routes: Router,
    timeouts: Timeouts,
    stopping: CancellationToken,
) {
    let activity = registered.activity.clone();
    let stream = TokioIo::new(IdleTimeoutStream::new(stream, timeouts, activity.clone()));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.head).max_buf_size(MAX_HEAD);
    let evicted = activity.evicted.clone();
    let mut connection = pin!(http.serve_connection(stream, observed(routes, activity)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = evicted.cancelled() => return tracing::debug!("connection evicted for a newer one"),
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(?error, "a connection ended early");
    }
}

/// The routes, which note what the connection is doing.
fn observed(
    routes: Router,
    activity: Arc<Activity>,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> {
    let routes = TowerToHyperService::new(routes);
    service_fn(move |request| {
        activity.works();
        let (activity, answer) = (activity.clone(), routes.call(request));
        async move {
            let answer = answer.await?;
            activity.answers();
            Ok(answer.map(|body| Body::new(GuardedBody::new(body, Answering(activity)))))
        }
    })
}

/// Held by an answer until it has been handed to the connection, which then waits for the next
/// request.
struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.waits();
    }
}
