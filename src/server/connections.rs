//! Connections: accepted, served, and ended where the other side takes too long or says too much.
//!
//! A head of a request has at most 100 lines and 64 KB (431 above), and comes within [`Patience::head`]; a connection
//! on which nothing moves for [`Patience::idle`] is closed, whether a body is missing or nobody takes the answer.

use std::{
    future::Future,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The longest head of a request, in bytes. The longest session token is a quarter of it.
const MAX_HEAD: usize = 64 * 1024;

/// How long the other side may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From the start of a connection, or the end of an answer, to the end of the next request's head. A tab in the
    /// background asks every 16 seconds and keeps its connection.
    pub head: Duration,
    /// Between two bytes, in whichever direction.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), idle: Duration::from_secs(30) }
    }
}

/// Serves what comes in on `listener` until `shutdown` completes; then lets requests under way finish.
pub async fn serve(
    mut listener: TcpListener,
    routes: Router,
    patience: Patience,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, _) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut shutdown => break,
        };
        // A small answer is not held back for the one before it to be acknowledged.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        connections.spawn(converse(stream, routes.clone(), patience, stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

async fn converse(stream: TcpStream, routes: Router, patience: Patience, stopping: CancellationToken) {
    let stream = TokioIo::new(Impatient::new(stream, patience.idle));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(MAX_HEAD);
    let mut connection = pin!(http.serve_connection(stream, TowerToHyperService::new(routes)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(?error, "a connection ended early");
    }
}

/// A stream that fails when nothing has moved on it for long.
struct Impatient<T> {
    stream: T,
    idle: Duration,
    moved: Instant,
    /// Looks whether anything has moved since; not set anew with every byte, which would cost more than reading it.
    look: Pin<Box<Sleep>>,
}

impl<T> Impatient<T> {
    fn new(stream: T, idle: Duration) -> Self {
        Self { stream, idle, moved: Instant::now(), look: Box::pin(tokio::time::sleep(idle)) }
    }

    /// What came of an attempt to move something.
    fn tried<R>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if outcome.is_ready() {
            self.moved = Instant::now();
            return outcome;
        }
        loop {
            ready!(self.look.as_mut().poll(context));
            let ends = self.moved + self.idle;
            if Instant::now() >= ends {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.look.as_mut().reset(ends);
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Impatient<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, into);
        self.tried(context, outcome)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Impatient<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.tried(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.tried(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, time::Duration};

    use axum::{
        Router,
        body::Bytes,
        routing::{get, post},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::oneshot,
        task::JoinHandle,
    };

    use super::{MAX_HEAD, Patience, serve};

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_mins(1);

    async fn server(patience: Patience) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slow = async || {
            tokio::time::sleep(SHORT * 3).await;
            "at last"
        };
        let routes = Router::new()
            .route("/", get(async || "hello"))
            .route("/slow", get(slow))
            .route("/read", post(async |body: Bytes| format!("{} bytes", body.len())));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = serve(listener, routes, patience, async {
            let _ = stopped.await;
        });
        (address, stop, tokio::spawn(serving))
    }

    /// All that is answered to this until the connection ends.
    async fn answer(address: SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut all = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
        // A reset ends it as well.
        let _ = read.expect("the connection ends");
        String::from_utf8(all).unwrap()
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_to_an_end_is_not_waited_for() {
        let (address, _stop, _serving) = server(Patience { head: SHORT, idle: LONG }).await;
        assert_eq!(answer(address, "GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ").await, "");
        assert!(answer(address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.ends_with("hello"), "nor is a next one");
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let (address, _stop, _serving) = server(Patience { head: LONG, idle: SHORT }).await;
        let answer = answer(address, "POST /read HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nabc").await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    #[tokio::test]
    async fn a_head_that_is_too_long_is_refused() {
        let (address, _stop, _serving) = server(Patience { head: LONG, idle: SHORT }).await;
        // Not a byte more: what is left unread would take the answer with it.
        let begun = "GET / HTTP/1.1\r\nHost: here\r\nX: ";
        let long = format!("{begun}{}", "x".repeat(MAX_HEAD - begun.len()));
        assert!(answer(address, &long).await.starts_with("HTTP/1.1 431"));
        let many = format!("GET / HTTP/1.1\r\nHost: here\r\n{}\r\n", "X: x\r\n".repeat(101));
        assert!(answer(address, &many).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_although_the_server_stops() {
        let (address, stop, serving) = server(Patience { head: LONG, idle: LONG }).await;
        let answered = tokio::spawn(answer_to_slow(address));
        tokio::time::sleep(SHORT).await;
        stop.send(()).unwrap();
        serving.await.unwrap();
        assert!(answered.await.unwrap().ends_with("at last"));
        assert!(TcpStream::connect(address).await.is_err(), "nobody else is let in");
    }

    async fn answer_to_slow(address: SocketAddr) -> String {
        answer(address, "GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await
    }
}
