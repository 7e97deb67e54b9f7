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

use super::{MAX_HEAD, Timeouts, serve};

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_mins(1);
const GENEROUS: Timeouts = Timeouts { head: LONG, idle: LONG, response: LONG };

async fn server(timeouts: Timeouts) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
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
    let serving = serve(listener, routes, timeouts, 3, async {
        let _ = stopped.await;
    });
    (address, stop, tokio::spawn(serving))
}

/// Sends `sent` on a new connection, and returns everything that the server sends until the
/// connection ends.
async fn response_to(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    // A connection reset also counts as the end of the connection.
    let _ = read.expect("the connection ends");
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn closes_connection_with_unfinished_head() {
    let (address, _stop, _serving) = server(Timeouts { head: SHORT, ..GENEROUS }).await;
    assert_eq!(response_to(address, "GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ").await, "");
    assert!(
        response_to(address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.ends_with("hello"),
        "the next head times out as well"
    );
}

#[tokio::test]
async fn stops_waiting_for_missing_body() {
    let (address, _stop, _serving) = server(Timeouts { idle: SHORT, ..GENEROUS }).await;
    let response = response_to(address, "POST /read HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(!response.starts_with("HTTP/1.1 200"), "{response}");
}

#[tokio::test]
async fn rejects_oversized_head() {
    let (address, _stop, _serving) = server(Timeouts { idle: SHORT, ..GENEROUS }).await;
    // The request head has exactly the maximum size. If it had more bytes, the server would close
    // the connection without reading them, and the resulting reset could discard the response.
    let start = "GET / HTTP/1.1\r\nHost: here\r\nX: ";
    let long = format!("{start}{}", "x".repeat(MAX_HEAD - start.len()));
    assert!(response_to(address, &long).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\nHost: here\r\n{}\r\n", "X: x\r\n".repeat(101));
    assert!(response_to(address, &many).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn finishes_request_in_progress_during_shutdown() {
    let (address, stop, serving) = server(GENEROUS).await;
    let slow_response = tokio::spawn(slow_response(address));
    tokio::time::sleep(SHORT).await;
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(slow_response.await.unwrap().ends_with("at last"));
    assert!(TcpStream::connect(address).await.is_err(), "new connections are refused");
}

#[tokio::test]
async fn evicts_silent_connection_for_newcomer() {
    let (address, _stop, _serving) = server(GENEROUS).await;
    let slow = "GET /slow HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    let at_work = tokio::spawn(response_to(address, slow));
    tokio::time::sleep(SHORT).await;
    let mut silent = Vec::new();
    for _ in 0..5 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let close = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    assert!(response_to(address, close).await.ends_with("hello"));
    assert!(at_work.await.unwrap().ends_with("at last"), "a request in progress is not evicted");
    let mut oldest = silent.remove(0);
    assert_eq!(oldest.read(&mut [0]).await.unwrap(), 0, "the oldest was closed");
}

async fn slow_response(address: SocketAddr) -> String {
    response_to(address, "GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await
}
