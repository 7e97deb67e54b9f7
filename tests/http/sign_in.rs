//! Tests three kinds of requests: without a session, with an expired session, and by an
//! impersonator. The tests request pages, the API, and the route that the live page polls.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use reqwest::{Method, RequestBuilder, Response, multipart::Form};
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, form},
    issuer::{Issuer, NOW},
};

const API: &str = "/api/v1/onboarding";

fn request(server: &TestServer, method: Method, path: &str) -> RequestBuilder {
    server.client.request(method, format!("{}{path}", server.base))
}

async fn get(server: &TestServer, path: &str, token: &str) -> Response {
    request(server, Method::GET, path).bearer_auth(token).send().await.unwrap()
}

/// Uploads a portfolio, waits until its run completes, and returns the portfolio's id.
async fn portfolio(server: &TestServer, name: &str, token: &str) -> String {
    set_up(server, form(name, THREE_POSITIONS), token).await
}

/// Uploads a portfolio whose run fails, waits until the run ends, and returns the portfolio's id.
async fn failed_portfolio(server: &TestServer, token: &str) -> String {
    set_up(server, form("Fails", ONE_UNKNOWN), token).await
}

/// Uploads this form through the API, waits until the run ends, and returns the portfolio's id.
async fn set_up(server: &TestServer, form: Form, token: &str) -> String {
    let request = request(server, Method::POST, &format!("{API}/portfolios")).bearer_auth(token);
    let created: Value = request.multipart(form).send().await.unwrap().json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    for _ in 0..1_000 {
        let status: Value = get(server, &format!("{API}/status/{id}"), token).await.json().await.unwrap();
        if status["status"] != "running" {
            return id;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the run never ended");
}

fn poll(id: &str) -> String {
    format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0")
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn asks_to_sign_in_without_revealing_portfolios() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let id = portfolio(&server, "Secret business", &issuer.token_of("user_1")).await;
    let (elsewhere, live) = ("Sign in to see your portfolios.", "Your setup keeps running.");
    for (path, lead, other) in [
        ("/".to_owned(), elsewhere, live),
        (format!("/onboarding/progress?portfolioId={id}"), live, elsewhere),
        (format!("/portfolios/{id}"), elsewhere, live),
    ] {
        let response = server.get(&path).await;
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let page = response.text().await.unwrap();
        for words in ["<h1>Sign In to Continue</h1>", lead, "https://sign-in.example/"] {
            assert!(page.contains(words), "{path}: {words}");
        }
        assert!(!page.contains(other), "{path}: {other}");
        assert!(!page.contains("business") && !page.contains(&id), "{path}");
    }
}

/// Submits the upload form of the home page with the given session token.
async fn send(server: &TestServer, token: &str, file: &[u8]) -> Response {
    let form = form("Typed <long>", file).text("cash_balance", "1234");
    request(server, Method::POST, "/").bearer_auth(token).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn returns_form_after_its_session_expired() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let late = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let response = send(&server, &late, THREE_POSITIONS.as_bytes()).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    let page = response.text().await.unwrap();
    for words in
        ["Your session had ended", "Typed &lt;long", "1234", "AAPL,10,71.712,2019-12-31", "https://sign-in.example/"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Your portfolios"));
    let own = issuer.token_of("user_1");
    let list: Value = get(&server, &format!("{API}/portfolios"), &own).await.json().await.unwrap();
    assert!(!list.to_string().contains("Typed"), "{list}");
}

#[tokio::test]
async fn returns_no_binary_file_in_the_form() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let late = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let page = send(&server, &late, b"Symbol\nCaf\xe9\n").await.text().await.unwrap();
    assert!(page.contains("which is not text in UTF-8: choose it again") && page.contains("1234"), "{page}");
    assert!(!page.contains("Caf") && !page.contains("Edit your file here"), "{page}");
}

#[tokio::test]
async fn echoes_nothing_to_users_without_session() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let ended = json!({"exp": NOW - 60});
    let mut elsewhere = issuer.claims_with(ended.clone());
    elsewhere["iss"] = json!("https://elsewhere.example");
    let unsigned = first().token(&issuer.claims_with(ended)).rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    for token in ["nonsense", &first().token(&elsewhere), &unsigned] {
        let response = send(&server, token, THREE_POSITIONS.as_bytes()).await;
        assert_eq!(response.status(), 401);
        let page = response.text().await.unwrap();
        assert!(page.contains("<h1>Sign In to Continue</h1>") && !page.contains("AAPL"), "{page}");
    }
}

#[tokio::test]
async fn reports_missing_session_in_requested_format() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let list = server.get(&format!("{API}/portfolios")).await;
    assert_eq!((list.status().as_u16(), &list.headers()["www-authenticate"]), (401, &"Bearer".parse().unwrap()));
    let body: Value = list.json().await.unwrap();
    assert_eq!(body["error"]["code"], "unauthenticated");
    assert_eq!(body["error"]["details"], json!([]));

    let polled = server.get(&poll("00000000-0000-4000-8000-000000000000")).await;
    assert_eq!((polled.status().as_u16(), polled.text().await.unwrap().as_str()), (401, "\"signed_out\""));

    let path = format!("{API}/portfolios/00000000-0000-4000-8000-000000000000/retry");
    let button = request(&server, Method::POST, &path).header("accept", "text/html,*/*").send().await.unwrap();
    assert_eq!(button.status(), 401);
    assert!(button.text().await.unwrap().contains("<h1>Sign In to Continue</h1>"));
}

#[tokio::test]
async fn leads_downloads_without_session_to_live_page() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let id = "00000000-0000-4000-8000-000000000000";
    let path = format!("{API}/status/{id}/logs?format=txt");
    let browser = request(&server, Method::GET, &path).header("accept", "text/html,*/*").send().await.unwrap();
    assert_eq!(browser.status(), 303);
    let live_page = browser.headers()["location"].to_str().unwrap();
    assert_eq!(live_page, format!("/onboarding/progress?portfolioId={id}"));
    assert!(server.get(live_page).await.text().await.unwrap().contains("<h1>Sign In to Continue</h1>"));
    assert_eq!(code(server.get(&path).await).await, (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn requires_session_exactly_where_documented() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let document = server.json("/api/openapi.json").await;
    let mut in_session = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.replace("{id}", "00000000-0000-4000-8000-000000000000").replace("{table}", "positions.csv");
            let method: Method = method.to_uppercase().parse().unwrap();
            let status = request(&server, method, &path).send().await.unwrap().status();
            assert_eq!(status == 401, operation["security"].is_array(), "{path}: {status}");
            assert_eq!(status == 401, operation["responses"]["401"].is_object(), "{path}");
            in_session += u32::from(status == 401);
        }
    }
    assert_eq!(in_session, 19);
    assert_eq!(server.get("/api/docs").await.status(), 200);
}

#[tokio::test]
async fn hides_metrics_on_public_addresses() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    assert_eq!(server.get("/metrics").await.status(), 404);
    assert_eq!(get(&server, "/metrics", &issuer.token_of("user_1")).await.status(), 404);
}

#[tokio::test]
async fn isolates_users_signed_in_by_cookie() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let id = portfolio(&server, "Mine alone", &issuer.token_of("user_1")).await;
    let as_user = |user: &str, path: String| {
        let cookie = format!("__session={}", issuer.token_of(user));
        request(&server, Method::GET, &path).header("cookie", cookie).send()
    };
    let paths = [
        format!("/onboarding/progress?portfolioId={id}"),
        format!("/portfolios/{id}"),
        format!("{API}/status/{id}"),
        format!("{API}/status/{id}/logs"),
        format!("/api/v1/portfolios/{id}/analytics"),
        poll(&id),
    ];
    for path in paths {
        assert_eq!(as_user("user_1", path.clone()).await.unwrap().status(), 200, "{path}");
        assert_eq!(as_user("user_2", path.clone()).await.unwrap().status(), 404, "{path}");
    }
    let start = |user| as_user(user, "/".to_owned());
    assert!(start("user_1").await.unwrap().text().await.unwrap().contains("Mine alone"));
    assert!(!start("user_2").await.unwrap().text().await.unwrap().contains("Mine alone"));
}

#[tokio::test]
async fn ends_cached_session_with_its_token() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let seconds = Arc::new(AtomicI64::new(NOW));
    let clock = seconds.clone();
    server.set_clock(Arc::new(move || clock.load(Ordering::SeqCst) * 1000));
    server.boot().await;
    let token = issuer.token_of("user_1");
    let list = format!("{API}/portfolios");
    assert_eq!(get(&server, &list, &token).await.status(), 200);
    seconds.store(NOW + 79, Ordering::SeqCst);
    assert_eq!(get(&server, &list, &token).await.status(), 200);
    seconds.store(NOW + 80, Ordering::SeqCst);
    assert_eq!(code(get(&server, &list, &token).await).await, (401, "session_expired".to_owned()));
    assert_eq!(get(&server, &poll("17"), &token).await.text().await.unwrap(), "\"signed_out\"");
}

#[tokio::test]
async fn allows_impersonators_to_read_only() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let own = issuer.token_of("user_1");
    let id = portfolio(&server, "Looked at", &own).await;
    let acting = first().token(&issuer.claims_with(json!({"act": {"sub": "user_9", "sid": "sess_9"}})));
    for path in [
        "/".to_owned(),
        format!("/onboarding/progress?portfolioId={id}"),
        format!("/portfolios/{id}"),
        format!("{API}/status/{id}"),
        format!("{API}/status/{id}/logs"),
        poll(&id),
    ] {
        assert_eq!(get(&server, &path, &acting).await.status(), 200, "{path}");
    }
    // Impersonators do not see the upload form, nor *Correct positions* after a failed run.
    let failed = failed_portfolio(&server, &own).await;
    for (path, offer) in [
        ("/".to_owned(), "name=\"portfolio_name\"".to_owned()),
        (format!("/onboarding/progress?portfolioId={failed}"), "Correct positions".to_owned()),
    ] {
        let (impersonator_page, owner_page) = (get(&server, &path, &acting).await, get(&server, &path, &own).await);
        let (impersonator_page, owner_page) =
            (impersonator_page.text().await.unwrap(), owner_page.text().await.unwrap());
        assert!(owner_page.contains(&offer) && !impersonator_page.contains(&offer), "{path}: {impersonator_page}");
        assert!(impersonator_page.contains("You are acting as another user"), "{path}: {impersonator_page}");
    }
    let refused = (403, "impersonation_read_only".to_owned());
    for (method, path) in [
        (Method::POST, format!("{API}/portfolios")),
        (Method::POST, format!("{API}/portfolios/preview")),
        (Method::PATCH, format!("{API}/portfolios/{id}")),
        (Method::DELETE, format!("{API}/layouts")),
        (Method::POST, format!("{API}/portfolios/{id}/correct")),
        (Method::POST, format!("{API}/portfolios/{id}/retry")),
        (Method::POST, format!("{API}/portfolios/{id}/cancel")),
        (Method::DELETE, format!("{API}/portfolios/{id}")),
    ] {
        let response = request(&server, method, &path).bearer_auth(&acting).send().await.unwrap();
        assert_eq!(code(response).await, refused, "{path}");
    }
    let form = request(&server, Method::POST, "/")
        .bearer_auth(&acting)
        .multipart(form("Not theirs", THREE_POSITIONS))
        .send()
        .await
        .unwrap();
    assert_eq!(form.status(), 403);
    assert!(form.text().await.unwrap().contains("change nothing"));

    let list: Value = get(&server, &format!("{API}/portfolios"), &own).await.json().await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2, "nothing was created, and nothing deleted");
    assert_eq!(list[0]["attempt"], 1, "no attempt was started");
}

#[tokio::test]
async fn audits_impersonation_without_logging_tokens() {
    let issuer = Issuer::start().await;
    let server = TestServer::start_process(issuer.environment()).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let times = json!({"iat": now, "nbf": now, "exp": now + 600});
    let mut claims = issuer.claims_with(times);
    claims["act"] = json!({"sub": "user_9"});
    let token = first().token(&claims);
    assert_eq!(get(&server, &format!("{API}/portfolios"), &token).await.status(), 200);
    assert_eq!(get(&server, &format!("{API}/portfolios"), &token[1..]).await.status(), 401);
    let log = server.log();
    let line = log.lines().find(|line| line.contains("audit")).expect("an audit line");
    for words in ["user_9", "user_1", "sess_1", "/portfolios"] {
        assert!(line.contains(words), "{words}: {line}");
    }
    assert!(!log.contains(token.split('.').nth(1).unwrap()) && !log.contains("AUTH=dev"), "{log}");
}

#[tokio::test]
async fn logs_warning_without_sign_in() {
    let server = TestServer::start_process(Vec::new()).await;
    assert!(server.log().contains("AUTH=dev: no sign-in"), "{}", server.log());
}
