//! What holds for every request: no cross-site writes, no strange names for this machine where nobody signs in, and
//! headers that keep browsers strict.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{AppState, error::ApiError};
use crate::server::auth::Mode;

/// Refuses an unsafe request that a browser says comes from another site.
///
/// Browsers send `Sec-Fetch-Site`; where one does not, its `Origin` must name this host. Other programs send
/// neither and carry no ambient session.
pub async fn same_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(&request) {
        next.run(request).await
    } else {
        let message = "This request came from another site and was refused. Use the page itself.";
        ApiError::new(StatusCode::FORBIDDEN, "cross_site", message).into_response()
    }
}

fn is_same_site(request: &Request) -> bool {
    // What is there and cannot be read is another site, and of several headers each counts.
    let texts = |name: &str| request.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let mut sites = texts("sec-fetch-site").peekable();
    if sites.peek().is_some() {
        return sites.all(|site| matches!(site, "same-origin" | "none"));
    }
    let host = texts("host").next().or_else(|| request.uri().host()).unwrap_or_default();
    texts("origin").all(|origin| {
        let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        named.is_some_and(|named| !named.is_empty() && named == host)
    })
}

/// Where nobody signs in, refuses a request that was not made to this machine by one of its own names.
///
/// A site can let its own name point here (DNS rebinding); to a browser it is then the page itself, and would read
/// everything. With sign-in it has no session, and the name is the operator's business.
pub async fn own_name(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.config.auth.mode != Mode::Dev || names_this_machine(&request) {
        return next.run(request).await;
    }
    let message = "This server has no sign-in and answers on this machine alone, as localhost or 127.0.0.1.";
    ApiError::new(StatusCode::FORBIDDEN, "foreign_host", message).into_response()
}

fn names_this_machine(request: &Request) -> bool {
    let sent = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    // Programs of long ago send none; browsers always do.
    let Some(host) = sent.or_else(|| request.uri().authority().map(|named| named.as_str().as_bytes())) else {
        return true;
    };
    let Ok(authority) = Authority::try_from(host) else { return false };
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Headers of every answer. A page replaces the policy by its own, which allows its script.
pub async fn headers(request: Request, next: Next) -> Response {
    let is_encrypted = came_encrypted(&request);
    let mut response = next.run(request).await;
    if is_encrypted {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_ENCRYPTED));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Browsers come encrypted for a year from now on. Other names of the same domain are not ours to decide about.
const ONLY_ENCRYPTED: &str = "max-age=31536000";

/// Whether whoever ends TLS in front of this server says that the request came over it. Told to a browser that came
/// without, the header would not count; said by somebody who made it up, it reaches only them.
fn came_encrypted(request: &Request) -> bool {
    let scheme = request.headers().get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    // The first one is the browser's own, where there are several proxies.
    scheme.and_then(|schemes| schemes.split(',').next()).is_some_and(|scheme| scheme.trim() == "https")
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::{came_encrypted, is_same_site, names_this_machine};

    fn from(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::post("/x").header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_same_site(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn another_site_may_not_write() {
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "same-site")]));
        assert!(!from(&[("origin", "https://evil.example")]));
        assert!(!from(&[("origin", "null")]));
        assert!(!from(&[("origin", "http://127.0.0.1:3001")]), "another port is another site");
        assert!(!from(&[("origin", "http://127.0.0.1:3000.evil.example")]));
        assert!(!from(&[("origin", "")]));
        assert!(!from(&[("origin", "http://127.0.0.1:3000"), ("origin", "https://evil.example")]));
        assert!(!from(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:3000")]));
        assert!(!from(&[("sec-fetch-site", "")]));
    }

    #[test]
    fn what_cannot_be_read_is_another_site() {
        let unreadable = axum::http::HeaderValue::from_bytes(b"http://\xff").unwrap();
        let request = Request::post("/x").header("host", "127.0.0.1:3000").header("origin", unreadable);
        assert!(!is_same_site(&request.body(Body::empty()).unwrap()));
    }

    #[test]
    fn tls_is_what_the_proxy_nearest_to_the_browser_says() {
        for (said, is_encrypted) in [("https", true), ("https, http", true), ("http", false), ("http, https", false)] {
            let request = Request::get("/x").header("x-forwarded-proto", said).body(Body::empty()).unwrap();
            assert_eq!(came_encrypted(&request), is_encrypted, "{said}");
        }
        assert!(!came_encrypted(&Request::get("/x").body(Body::empty()).unwrap()));
    }

    #[test]
    fn the_page_itself_and_other_programs_may() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "http://127.0.0.1:3000")]));
        assert!(from(&[]));
    }

    #[test]
    fn a_name_that_only_points_here_is_not_this_machines() {
        let asked =
            |host: &str| names_this_machine(&Request::get("/").header("host", host).body(Body::empty()).unwrap());
        for host in ["127.0.0.1:3000", "127.0.0.1", "localhost:3000", "LOCALHOST", "[::1]:3000", "127.1.2.3"] {
            assert!(asked(host), "{host}");
        }
        for host in [
            "evil.example:3000",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "localhost@evil.example",
            "10.0.0.1",
            "0.0.0.0:3000",
            "[::]",
            "",
        ] {
            assert!(!asked(host), "{host}");
        }
        assert!(names_this_machine(&Request::get("/").body(Body::empty()).unwrap()));
    }
}
