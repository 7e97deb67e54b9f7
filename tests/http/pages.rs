//! Tests the status codes, contents and security headers of pages.

use reqwest::multipart::{Form, Part};
use scripted::Script;

use crate::{harness::TestServer, issuer::Issuer};

#[tokio::test]
async fn renders_complete_live_page_on_the_server() {
    let server = TestServer::with_script(Script { delay_ms: 100, ..Script::default() }).await;
    let id = server.create("First paint").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(3)).await;
    let page = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    for words in [
        "Setting Up Your Portfolio",
        "Market Data Collection",
        "Correlations",
        "Overall: ",
        "Elapsed: ",
        "Fetching historical prices...",
        "http-equiv",
    ] {
        assert!(page.contains(words), "{words} is missing");
    }
}

#[tokio::test]
async fn shows_unknown_portfolio_with_status_404() {
    let server = TestServer::start().await;
    for id in ["00000000-0000-4000-8000-000000000000", "17"] {
        for path in [format!("/onboarding/progress?portfolioId={id}"), format!("/portfolios/{id}")] {
            let response = server.get(&path).await;
            assert_eq!(response.status(), 404, "{path}");
            assert!(response.text().await.unwrap().contains("<h1>Portfolio Not Found</h1>"), "{path}");
        }
    }
}

#[tokio::test]
async fn redirects_live_page_without_id() {
    let server = TestServer::start().await;
    let response = server.get("/onboarding/progress").await;
    assert_eq!((response.status().as_u16(), response.headers()["location"].as_bytes()), (303, &b"/"[..]));
}

#[tokio::test]
async fn returns_form_with_problems_and_entered_values() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,zero,1,2019-12-31\n";
    let form = Form::new()
        .text("portfolio_name", "Mine & <yours>")
        .text("cash_balance", "much")
        .part("csv_file", Part::bytes(csv.as_bytes()).file_name("p.csv"));
    let response = server.client.post(&server.base).multipart(form).send().await.unwrap();
    assert_eq!(response.status(), 422);
    let page = response.text().await.unwrap();
    for words in ["Cash balance: ", "Line 2, Quantity: ", "Mine &amp; &lt;yours&gt;", "much", "AAPL,zero,1,2019-12-31"]
    {
        assert!(page.contains(words), "{words} is missing from {page}");
    }
}

#[tokio::test]
async fn allows_only_own_scripts_on_pages() {
    let server = TestServer::start().await;
    let id = server.create("Policy").await;
    let response = server.get(&format!("/onboarding/progress?portfolioId={id}")).await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let page = response.text().await.unwrap();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(page.contains(&format!("nonce=\"{nonce}\"")));
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!page.contains("style=\""), "inline styles are not allowed by the policy");
}

#[tokio::test]
async fn escapes_portfolio_name_in_page_data() {
    let server = TestServer::start().await;
    let id = server.create("</script><script>alert(1)</script>").await;
    let page = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    assert!(!page.contains("<script>alert(1)"));
}

#[tokio::test]
async fn ignores_invalid_parameters_of_results_page() {
    let server = TestServer::start().await;
    let id = server.create("Queried").await;
    server.wait_for_end(&id).await;
    for query in ["?find=a&find=b", "?sort=color&order=up&page=-1", "?page=999999999999999999999"] {
        let response = server.get(&format!("/portfolios/{id}{query}")).await;
        assert_eq!(response.status(), 200, "{query}");
        assert!(response.text().await.unwrap().contains("3 positions."), "{query}");
    }
}

#[tokio::test]
async fn sends_security_headers_with_every_response() {
    let server = TestServer::start().await;
    // This server requires users to sign in. Without sign-in, it would refuse forwarded requests.
    let issuer = Issuer::start().await;
    let behind_tls = issuer.server().await;
    for path in ["/", "/no-such-page", "/favicon.svg", "/api/no-such-route", "/healthz", "/api/openapi.json"] {
        let response = server.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(response.headers()[name], value, "{path}");
        }
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert!(!response.headers().contains_key("strict-transport-security"), "{path}");
        let request = server.client.get(format!("{}{path}", behind_tls.base)).header("x-forwarded-proto", "https");
        let over_tls = request.send().await.unwrap();
        assert_eq!(over_tls.headers()["strict-transport-security"], "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn sends_only_scripts_that_pages_need() {
    let server = TestServer::start().await;
    let id = server.create("Scripts").await;
    server.wait_for_end(&id).await;
    for (path, scripts) in [
        // The script of the home page reads a file as soon as it is chosen.
        ("/".to_owned(), 1),
        ("/no-such-page".to_owned(), 0),
        (format!("/portfolios/{id}"), 1),
        // The live page has two scripts: one holds its data, and one loads the WebAssembly program.
        (format!("/onboarding/progress?portfolioId={id}"), 2),
    ] {
        let html = server.get(&path).await.text().await.unwrap();
        assert_eq!(html.matches("<script").count(), scripts, "{path}");
        assert!(html.ends_with("</html>"), "{path}");
    }
}

#[tokio::test]
async fn rejects_unsafe_requests_of_other_sites() {
    let server = TestServer::start().await;
    let id = server.create("Mine").await;
    server.wait_for_end(&id).await;
    let api = "/api/v1/onboarding/portfolios";
    for (method, path) in [
        ("POST", "/".to_owned()),
        ("POST", api.to_owned()),
        ("POST", "/portfolios/new".to_owned()),
        ("POST", format!("/portfolios/new/{id}")),
        ("POST", format!("{api}/preview")),
        ("DELETE", "/api/v1/onboarding/layouts".to_owned()),
        ("POST", format!("{api}/{id}/retry")),
        ("POST", format!("{api}/{id}/cancel")),
        ("DELETE", format!("{api}/{id}")),
        ("PUT", "/api/page/status".to_owned()),
        ("PATCH", "/anything".to_owned()),
    ] {
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")]
        {
            let method = method.parse().unwrap();
            let request = server.client.request(method, format!("{}{path}", server.base)).header(name, value);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 403, "{path}, {name}");
            assert!(response.text().await.unwrap().contains("\"cross_site\""), "{path}, {name}");
        }
    }
    assert_eq!(server.json(api).await.as_array().unwrap().len(), 1, "nothing was created, and nothing deleted");
}
