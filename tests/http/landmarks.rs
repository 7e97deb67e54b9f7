//! Tests that no two landmarks of a page have both the same role and the same name. Screen readers
//! list landmarks by role and name, so users could not distinguish such a pair.

use std::collections::{BTreeMap, BTreeSet};

use scripted::Script;
use test_support::fake_provider::{Behavior, FakeProvider, KEY};

use crate::harness::{ONE_UNKNOWN, TestServer, form};

/// A start tag of an HTML document.
struct Tag<'a> {
    name: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
    /// The part of the document that follows this tag.
    rest: &'a str,
}

/// Returns the start tags of an HTML document. Relies on how the server writes HTML: attribute
/// values are in double quotes, and `<` appears only in tags.
fn tags(html: &str) -> Vec<Tag<'_>> {
    let starts = html.match_indices('<').map(|(at, _)| &html[at + 1..]);
    starts
        .filter(|text| text.starts_with(|first: char| first.is_ascii_lowercase()))
        .map(|text| {
            let name_ends = text.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/')).unwrap();
            let (name, mut rest) = text.split_at(name_ends);
            let mut attributes = BTreeMap::new();
            while !rest.starts_with('>') {
                rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
                let ends = rest.find(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '>' | '/'));
                let (attribute, after) = rest.split_at(ends.unwrap());
                rest = after;
                let mut value = "";
                if let Some(quoted) = rest.strip_prefix("=\"") {
                    let (text, after) = quoted.split_once('"').unwrap();
                    (value, rest) = (text, after);
                }
                if !attribute.is_empty() {
                    attributes.insert(attribute, value);
                }
            }
            Tag { name, attributes, rest: &rest[1..] }
        })
        .collect()
}

/// Returns the role and name of each landmark on a page, in document order. A landmark is defined
/// as in `landmark-unique`, a rule of the accessibility checker axe.
fn landmarks(html: &str) -> Vec<(String, String)> {
    let tags = tags(html);
    let text_of = |id: &str| {
        let tag = tags.iter().find(|tag| tag.attributes.get("id") == Some(&id));
        tag.unwrap_or_else(|| panic!("no element has the id {id}"))
            .rest
            .split("</")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let landmark = |tag: &Tag<'_>| {
        let label = tag.attributes.get("aria-label").map(|label| (*label).to_owned());
        let texts = |ids: &&str| ids.split_whitespace().map(text_of).collect::<Vec<_>>().join(" ");
        let name = tag.attributes.get("aria-labelledby").map(texts).or(label).unwrap_or_default();
        let role = match (tag.attributes.get("role").copied(), tag.name) {
            (Some(role), _) => role,
            (None, "main") => "main",
            (None, "nav") => "navigation",
            (None, "aside") => "complementary",
            // A `footer` or `header` is a landmark only if it belongs to the whole page. No page
            // has more than one of each.
            (None, "footer") => "contentinfo",
            (None, "section") if !name.is_empty() => "region",
            (None, "form") if !name.is_empty() => "form",
            _ => return None,
        };
        let is_landmark = ["banner", "complementary", "contentinfo", "form", "main", "navigation", "region", "search"]
            .contains(&role);
        is_landmark.then(|| (role.to_owned(), name.to_lowercase()))
    };
    tags.iter().filter_map(landmark).collect()
}

/// Returns the landmarks that have the same role and name as an earlier landmark.
fn repeated(html: &str) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    landmarks(html).into_iter().filter(|landmark| !seen.insert(landmark.clone())).collect()
}

async fn check_landmarks(server: &TestServer, path: &str, at_least: usize) {
    let html = server.get(path).await.text().await.unwrap();
    assert!(landmarks(&html).len() >= at_least, "{path}: {:?}", landmarks(&html));
    assert_eq!(repeated(&html), [], "{path}");
}

#[tokio::test]
async fn names_landmarks_of_live_results_uniquely() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Unknown);
    let server = TestServer::with_environment(vec![
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
    ])
    .await;
    let id = server.create("Live").await;
    server.wait_for_end(&id).await;
    check_landmarks(&server, &format!("/portfolios/{id}"), 12).await;
    check_landmarks(&server, &format!("/onboarding/progress?portfolioId={id}"), 3).await;
    check_landmarks(&server, "/", 3).await;
}

#[tokio::test]
async fn names_landmarks_of_every_page_uniquely() {
    let server = TestServer::with_script(Script::default()).await;
    let id = server.create("Landmarks").await;
    check_landmarks(&server, &format!("/onboarding/progress?portfolioId={id}"), 3).await;
    server.wait_for_end(&id).await;
    let failed = server.client.post(&server.base).multipart(form("Fails", ONE_UNKNOWN)).send().await.unwrap();
    let failed = failed.headers()["location"].to_str().unwrap().to_owned();
    server.wait_for_end(failed.rsplit('=').next().unwrap()).await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry?from=start")).await;
    server.wait_for_end(&id).await;
    for (path, at_least) in [
        ("/".to_owned(), 3),
        (failed, 2),
        (format!("/portfolios/{id}"), 12),
        (format!("/portfolios/{id}?find=A"), 12),
        (format!("/onboarding/progress?portfolioId={id}"), 4),
        ("/api/docs".to_owned(), 3),
        ("/nothing".to_owned(), 2),
        (format!("/portfolios/{id}/links"), 2),
    ] {
        check_landmarks(&server, &path, at_least).await;
    }
}

#[test]
fn finds_repeated_landmarks() {
    let html = "<main><section aria-labelledby=\"a\"><h2 id=\"a\">One</h2></section>\
        <div role=\"region\" aria-label=\"one\"></div><section></section><nav aria-label=\"One\"/></main>";
    assert_eq!(repeated(html), [("region".to_owned(), "one".to_owned())]);
    assert_eq!(landmarks(html).len(), 4);
}
