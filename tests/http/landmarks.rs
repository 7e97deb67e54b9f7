//! Landmarks of the pages: a screen reader lists them by role and name, so no two of a page may
//! share both.

use std::collections::{BTreeMap, BTreeSet};

use scripted::Script;
use test_support::fake_provider::{Behavior, FakeProvider, KEY};

use crate::harness::{ONE_UNKNOWN, TestServer, form};

/// A start tag: its name and its attributes.
struct Tag<'a> {
    name: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
    /// What follows it in the document.
    rest: &'a str,
}

/// The start tags of a document as the server writes it: attributes in double quotes, `<` nowhere
/// else.
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

/// The landmarks of a page by role and name, in its order, as `landmark-unique` of axe counts them.
fn landmarks(html: &str) -> Vec<(String, String)> {
    let tags = tags(html);
    let text_of = |id: &str| {
        let tag = tags.iter().find(|tag| tag.attributes.get("id") == Some(&id));
        tag.unwrap_or_else(|| panic!("nothing has the id {id}")).rest.split("</").next().unwrap_or_default().to_owned()
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
            // `footer` and `header` are landmarks where they belong to the page alone; a page has
            // one at most.
            (None, "footer") => "contentinfo",
            (None, "section") if !name.is_empty() => "region",
            (None, "form") if !name.is_empty() => "form",
            _ => return None,
        };
        let roles = ["banner", "complementary", "contentinfo", "form", "main", "navigation", "region", "search"]
            .contains(&role);
        roles.then(|| (role.to_owned(), name.to_lowercase()))
    };
    tags.iter().filter_map(landmark).collect()
}

/// The landmarks whose role and name came before.
fn repeated(html: &str) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    landmarks(html).into_iter().filter(|landmark| !seen.insert(landmark.clone())).collect()
}

async fn are_unique(server: &TestServer, path: &str, at_least: usize) {
    let html = server.get(path).await.text().await.unwrap();
    assert!(landmarks(&html).len() >= at_least, "{path}: {:?}", landmarks(&html));
    assert_eq!(repeated(&html), [], "{path}");
}

#[tokio::test]
async fn names_landmarks_of_live_results_uniquely() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Unknown);
    let server = TestServer::in_environment(vec![
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
    ])
    .await;
    let id = server.create("Live").await;
    server.until_over(&id).await;
    are_unique(&server, &format!("/portfolios/{id}"), 12).await;
    are_unique(&server, &format!("/onboarding/progress?portfolioId={id}"), 3).await;
    are_unique(&server, "/", 3).await;
}

#[tokio::test]
async fn names_landmarks_of_every_page_uniquely() {
    let server = TestServer::with_script(Script::default()).await;
    let id = server.create("Landmarks").await;
    are_unique(&server, &format!("/onboarding/progress?portfolioId={id}"), 3).await;
    server.until_over(&id).await;
    let failed = server.client.post(&server.base).multipart(form("Fails", ONE_UNKNOWN)).send().await.unwrap();
    let failed = failed.headers()["location"].to_str().unwrap().to_owned();
    server.until_over(failed.rsplit('=').next().unwrap()).await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry?from=start")).await;
    server.until_over(&id).await;
    for (path, at_least) in [
        ("/".to_owned(), 3),
        (failed, 2),
        (format!("/portfolios/{id}"), 12),
        (format!("/portfolios/{id}?find=A"), 12),
        (format!("/onboarding/progress?portfolioId={id}"), 4),
        ("/api/docs".to_owned(), 3),
        ("/nothing".to_owned(), 2),
    ] {
        are_unique(&server, &path, at_least).await;
    }
}

#[test]
fn finds_repeated_landmarks() {
    let html = "<main><section aria-labelledby=\"a\"><h2 id=\"a\">One</h2></section>\
        <div role=\"region\" aria-label=\"one\"></div><section></section><nav aria-label=\"One\"/></main>";
    assert_eq!(repeated(html), [("region".to_owned(), "one".to_owned())]);
    assert_eq!(landmarks(html).len(), 4);
}
