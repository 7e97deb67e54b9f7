//! Tests the pagination of the list of portfolios.

use reqwest::Response;
use serde_json::Value;

use crate::harness::TestServer;

const LIST: &str = "/api/v1/onboarding/portfolios";

/// Returns the names of the portfolios on one page of the list.
fn names(page: &Value) -> Vec<&str> {
    page.as_array().unwrap().iter().map(|item| item["portfolio_name"].as_str().unwrap()).collect()
}

/// Returns the URL of the next page of the list, taken from the `Link` header of the given page.
/// Returns `None` on the last page.
fn next(page: &Response) -> Option<String> {
    let link = page.headers().get("link")?.to_str().unwrap();
    Some(link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

async fn server_with(portfolios: usize) -> TestServer {
    let server = TestServer::start().await;
    for number in 0..portfolios {
        server.create(&format!("No. {number}")).await;
    }
    server
}

#[tokio::test]
async fn links_through_all_pages() {
    let server = server_with(5).await;
    let mut seen = Vec::new();
    let mut path = Some(format!("{LIST}?limit=2"));
    let mut pages = 0;
    while let Some(url) = path {
        let page = server.get(&url).await;
        path = next(&page);
        let items: Value = page.json().await.unwrap();
        seen.extend(names(&items).into_iter().map(str::to_owned));
        pages += 1;
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, ["No. 4", "No. 3", "No. 2", "No. 1", "No. 0"]);
}

#[tokio::test]
async fn accepts_every_form_of_cursor() {
    let server = server_with(3).await;
    let all = server.json(LIST).await;
    let newest = &all[0];
    let (id, created_at) = (newest["portfolio_id"].as_str().unwrap(), newest["created_at"].as_str().unwrap());
    for before in [id.to_owned(), format!("{created_at},{id}")] {
        let page = server.json(&format!("{LIST}?before={before}")).await;
        assert_eq!(names(&page), ["No. 1", "No. 0"], "{before}");
    }
}

#[tokio::test]
async fn accepts_cursor_of_deleted_portfolio() {
    let server = server_with(3).await;
    let first = server.get(&format!("{LIST}?limit=1")).await;
    let next = next(&first).unwrap();
    let id = first.json::<Value>().await.unwrap()[0]["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    let deleted = server.client.delete(format!("{}{LIST}/{id}", server.base)).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(names(&server.json(&next).await), ["No. 1"]);
}

#[tokio::test]
async fn refuses_limits_and_cursors_out_of_range() {
    let server = server_with(0).await;
    for (query, code) in [
        ("limit=0", "invalid_limit"),
        ("limit=201", "invalid_limit"),
        ("before=soon", "invalid_before"),
        ("before=2026-01-09T12:00:00.000Z,soon", "invalid_before"),
        ("limit=many", "invalid_query"),
    ] {
        let response = server.get(&format!("{LIST}?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], code, "{query}");
    }
    for query in ["limit=1", "limit=200"] {
        assert_eq!(server.get(&format!("{LIST}?{query}")).await.status(), 200, "{query}");
    }
}

#[tokio::test]
async fn links_home_page_to_older_portfolios() {
    let server = server_with(51).await;
    let page = server.get("/").await.text().await.unwrap();
    assert_eq!(page.matches("portfolioId=").count(), 50);
    let (before, _) = page.split_once("\">Older portfolios</a>").unwrap();
    let older = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    let page = server.get(&older).await.text().await.unwrap();
    assert_eq!(page.matches("portfolioId=").count(), 1);
    assert!(page.contains("No. 0") && !page.contains("Older portfolios"));
}
