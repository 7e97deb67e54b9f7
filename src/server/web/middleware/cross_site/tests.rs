use axum::{body::Body, extract::Request};

use super::{ANOTHER_SITE, HIDDEN_ORIGIN, check_site, matches_host};

fn is_accepted(headers: &[(&str, &str)]) -> bool {
    check(headers).is_ok()
}

fn check(headers: &[(&str, &str)]) -> Result<(), &'static str> {
    let mut request = Request::post("/x").header("host", "127.0.0.1:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    check_site(&request.body(Body::empty()).unwrap())
}

#[test]
fn rejects_writes_from_another_site() {
    assert!(!is_accepted(&[("sec-fetch-site", "cross-site")]));
    assert!(!is_accepted(&[("sec-fetch-site", "same-site")]));
    assert!(!is_accepted(&[("origin", "https://evil.example")]));
    assert!(!is_accepted(&[("origin", "null")]));
    assert!(!is_accepted(&[("origin", "http://127.0.0.1:3001")]), "another port is another site");
    assert!(!is_accepted(&[("origin", "http://127.0.0.1:3000.evil.example")]));
    assert!(!is_accepted(&[("origin", "")]));
    assert!(!is_accepted(&[("origin", "http://127.0.0.1:3000"), ("origin", "https://evil.example")]));
    assert!(!is_accepted(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
    assert!(!is_accepted(&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:3000")]));
    assert!(!is_accepted(&[("sec-fetch-site", "")]));
}

#[test]
fn rejects_unreadable_origin() {
    let unreadable = axum::http::HeaderValue::from_bytes(b"http://\xff").unwrap();
    let request = Request::post("/x").header("host", "127.0.0.1:3000").header("origin", unreadable);
    assert!(check_site(&request.body(Body::empty()).unwrap()).is_err());
}

#[test]
fn names_why_a_request_is_refused() {
    let own = ("origin", "http://127.0.0.1:3000");
    assert_eq!(check(&[("origin", "null")]), Err(HIDDEN_ORIGIN));
    assert_eq!(check(&[("origin", "null"), own]), Err(HIDDEN_ORIGIN));
    assert_eq!(check(&[("origin", "null"), ("origin", "https://evil.example")]), Err(ANOTHER_SITE));
    assert_eq!(check(&[("origin", "https://evil.example")]), Err(ANOTHER_SITE));
    assert_eq!(check(&[("sec-fetch-site", "cross-site"), ("origin", "null")]), Err(ANOTHER_SITE));
    assert_eq!(check(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), Ok(()));
}

#[test]
fn compares_origin_and_host_with_default_ports() {
    for (origin, host, is_own) in [
        ("http://app.example", "app.example", true),
        ("https://app.example", "app.example", true),
        ("https://app.example", "app.example:443", true),
        ("http://app.example", "app.example:80", true),
        ("http://app.example", "APP.example", true),
        ("http://[::1]:3000", "[::1]:3000", true),
        ("http://app.example", "app.example:443", false),
        ("https://app.example", "app.example:80", false),
        ("https://app.example:3000", "app.example", false),
        ("https://app.example.evil.example", "app.example", false),
        ("https://app.example@evil.example", "evil.example", false),
        ("https://app.example/", "app.example", false),
        ("ftp://app.example", "app.example", false),
        ("https://", "", false),
        ("", "", false),
    ] {
        assert_eq!(matches_host(origin, host), is_own, "{origin}, {host}");
    }
}

#[test]
fn accepts_own_page_and_other_programs() {
    assert!(is_accepted(&[("sec-fetch-site", "same-origin")]));
    assert!(is_accepted(&[("origin", "http://127.0.0.1:3000")]));
    assert!(is_accepted(&[]));
}
