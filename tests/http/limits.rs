//! Tests the limits per user. When one user reaches a limit, other users are not affected.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use futures::future::join_all;
use portfolio_setup::server::web::BURST;
use reqwest::Response;
use serde_json::Value;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    harness::{THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

const LIST: &str = "/api/v1/onboarding/portfolios";

async fn get(server: &TestServer, path: &str, token: &str) -> Response {
    server.client.get(format!("{}{path}", server.base)).bearer_auth(token).send().await.unwrap()
}

fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get("retry-after")?.to_str().ok()?.parse().ok()
}

async fn code(response: Response) -> String {
    let body: Value = response.json().await.unwrap();
    body["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn rate_limits_users_with_retry_after_everywhere() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let now = Arc::new(AtomicI64::new(0));
    let clock = now.clone();
    server.set_rate_limit_clock(Arc::new(move || clock.load(Ordering::SeqCst)));
    server.boot().await;
    let (busy, other) = (issuer.token_of("user_1"), issuer.token_of("user_2"));
    for _ in 0..BURST {
        assert_eq!(get(&server, LIST, &busy).await.status(), 200);
    }

    let program = get(&server, LIST, &busy).await;
    assert_eq!((program.status().as_u16(), retry_after(&program)), (429, Some(1)));
    assert_eq!(code(program).await, "too_many_requests");
    let page = get(&server, "/", &busy).await;
    assert_eq!((page.status().as_u16(), retry_after(&page)), (429, Some(1)));
    assert!(page.text().await.unwrap().contains("too many requests"));
    let poll = get(&server, "/api/page/status?portfolio_id=17&attempt=1&version=0&after=0", &busy).await;
    assert_eq!((poll.status().as_u16(), retry_after(&poll)), (429, Some(1)));
    assert_eq!(poll.text().await.unwrap(), "\"unavailable\"");

    assert_eq!(get(&server, LIST, &other).await.status(), 200);
    now.store(1_000, Ordering::SeqCst);
    assert_eq!(get(&server, LIST, &busy).await.status(), 200);
}

async fn upload(server: &TestServer, token: &str) -> Response {
    let form = form("One of many", THREE_POSITIONS);
    server.client.post(format!("{}{LIST}", server.base)).bearer_auth(token).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn limits_active_runs_of_a_user_to_200() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let mut environment = issuer.environment();
    // At one price request per minute, no run ends during the test.
    environment.push(("MARKET_DATA_PER_MINUTE", "1".to_owned()));
    server.set_environment(environment);
    server.boot().await;
    let (busy, other) = (issuer.token_of("user_1"), issuer.token_of("user_2"));

    let all = join_all((0..205).map(|_| upload(&server, &busy))).await;
    let (started, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(|response| response.status() == 201);
    assert_eq!((started.len(), refused.len()), (200, 5));
    for response in refused {
        assert_eq!((response.status().as_u16(), retry_after(&response)), (429, Some(30)));
        assert_eq!(code(response).await, "too_many_runs");
    }
    let list: Value = get(&server, &format!("{LIST}?limit=200"), &busy).await.json().await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 200, "refused uploads leave nothing behind");
    assert_eq!(upload(&server, &other).await.status(), 201);
}

/// Starts an upload but leaves it unfinished: sends the request headers without the body.
async fn begin_upload(server: &TestServer, token: &str) -> TcpStream {
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {LIST} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=X\r\nContent-Length: 100\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn limits_requests_under_way_per_user() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let mut environment = issuer.environment();
    environment.push(("MAX_USER_REQUESTS", "2".to_owned()));
    server.set_environment(environment);
    server.boot().await;
    let (busy, other) = (issuer.token_of("user_1"), issuer.token_of("user_2"));
    let _one = begin_upload(&server, &busy).await;
    assert_eq!(get(&server, LIST, &busy).await.status(), 200, "two simultaneous requests are allowed");
    let second = begin_upload(&server, &busy).await;
    let mut refused = get(&server, LIST, &busy).await;
    for _ in 0..500 {
        // The server may not have received the headers of the second upload yet, so repeat this
        // request until it is refused.
        if refused.status() == 429 {
            break;
        }
        refused = get(&server, LIST, &busy).await;
    }
    assert_eq!((refused.status().as_u16(), retry_after(&refused)), (429, Some(1)));
    assert_eq!(code(refused).await, "too_many_requests");
    assert_eq!(get(&server, LIST, &other).await.status(), 200);
    drop(second);
}

#[tokio::test]
async fn sets_no_rate_limit_without_sign_in() {
    let server = TestServer::start().await;
    for _ in 0..BURST + 10 {
        assert_eq!(server.get(LIST).await.status(), 200);
    }
}
