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
const GENEROUS: Timeouts = Timeouts { head: LONG, idle: LONG, answer: LONG };

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
    let (address, _stop, _serving) = server(Timeouts { head: SHORT, ..GENEROUS }).await;
    assert_eq!(answer(address, "GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ").await, "");
    assert!(answer(address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.ends_with("hello"), "nor is a next one");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let (address, _stop, _serving) = server(Timeouts { idle: SHORT, ..GENEROUS }).await;
    let answer = answer(address, "POST /read HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let (address, _stop, _serving) = server(Timeouts { idle: SHORT, ..GENEROUS }).await;
    // Not a byte more: what is left unread would take the answer with it.
    let begun = "GET / HTTP/1.1\r\nHost: here\r\nX: ";
    let long = format!("{begun}{}", "x".repeat(MAX_HEAD - begun.len()));
    assert!(answer(address, &long).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\nHost: here\r\n{}\r\n", "X: x\r\n".repeat(101));
    assert!(answer(address, &many).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_request_under_way_is_answered_although_the_server_stops() {
    let (address, stop, serving) = server(GENEROUS).await;
    let answered = tokio::spawn(answer_to_slow(address));
    tokio::time::sleep(SHORT).await;
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(answered.await.unwrap().ends_with("at last"));
    assert!(TcpStream::connect(address).await.is_err(), "nobody else is let in");
}

#[tokio::test]
async fn evicts_silent_connection_for_newcomer() {
    let (address, _stop, _serving) = server(GENEROUS).await;
    let slow = "GET /slow HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    let at_work = tokio::spawn(answer(address, slow));
    tokio::time::sleep(SHORT).await;
    let mut silent = Vec::new();
    for _ in 0..5 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let close = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    assert!(answer(address, close).await.ends_with("hello"));
    assert!(at_work.await.unwrap().ends_with("at last"), "a request at work is not ended");
    let mut oldest = silent.remove(0);
    assert_eq!(oldest.read(&mut [0]).await.unwrap(), 0, "the oldest was closed");
}

async fn answer_to_slow(address: SocketAddr) -> String {
    answer(address, "GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await
}
