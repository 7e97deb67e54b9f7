//! Tests the HTML of the results page: its answer, its contents, its explanations, and its size.

use std::collections::BTreeSet;

use positions::sample_csv;
use serde_json::Value;

use crate::harness::TestServer;

/// Maximum compressed size of the results page of the sample portfolio, in bytes.
const MAX_COMPRESSED: usize = 60_000;

/// Sets up the sample portfolio and returns its id.
async fn sample(server: &TestServer) -> String {
    let created: Value = server.upload("Sample", "25000", sample_csv()).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    id
}

/// Returns the HTML of a results page without the comments that Leptos inserts between text nodes.
async fn page(server: &TestServer, id: &str) -> String {
    server.get(&format!("/portfolios/{id}")).await.text().await.unwrap().replace("<!>", "")
}

/// Returns the values of an attribute, in the order of the page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn links_contents_to_sections_that_exist() {
    let server = TestServer::start().await;
    let html = page(&server, &sample(&server).await).await;
    let ids: BTreeSet<&str> = values(&html, "id").into_iter().collect();
    let nav = html.split("aria-label=\"Contents\"").nth(1).unwrap().split("</nav>").next().unwrap();
    let links = values(nav, "href");
    assert!(links.len() >= 16, "{links:?}");
    for link in links {
        assert!(ids.contains(link.trim_start_matches('#')), "{link}");
    }
}

#[tokio::test]
async fn explains_each_term_that_has_a_button() {
    let server = TestServer::start().await;
    let html = page(&server, &sample(&server).await).await;
    let ids = values(&html, "id");
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "every id is unique");
    let targets = values(&html, "popovertarget");
    assert!(targets.len() > 20, "{targets:?}");
    for target in targets {
        assert!(ids.contains(&target), "{target}");
    }
}

#[tokio::test]
async fn answers_before_anything_else() {
    let server = TestServer::start().await;
    let html = page(&server, &sample(&server).await).await;
    let answer = html.split("class=\"answer\">").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(answer.starts_with("Your portfolio "), "{answer}");
    assert!(answer.contains(" since ") && answer.contains("(sample prices up to Dec 28, 2022)."), "{answer}");
    assert!(html.find("class=\"answer\"") < html.find("<h2"), "the answer comes before all blocks");
}

#[tokio::test]
async fn shows_sectors_that_the_file_names() {
    let server = TestServer::start().await;
    let html = page(&server, &sample(&server).await).await;
    let sectors = html.split("aria-label=\"Sectors\"").nth(1).unwrap().split("</table>").next().unwrap();
    for sector in ["Technology", "Health Care", "Energy"] {
        assert!(sectors.contains(sector), "{sectors}");
    }
}

#[tokio::test]
async fn stays_small_at_twenty_positions() {
    let server = TestServer::start().await;
    let id = sample(&server).await;
    let request = server.client.get(format!("{}/portfolios/{id}", server.base)).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let size = response.bytes().await.unwrap().len();
    println!("the results page has {size} compressed bytes");
    assert!(size <= MAX_COMPRESSED, "{size} bytes");
}
