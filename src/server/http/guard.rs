//! Checks for every request: no cross-site writes; without sign-in, no foreign host names and no
//! proxies; and headers that keep browsers strict.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{AppState, door::wants_page, error::ApiError, forwarded::is_forwarded, pages::trouble};
use crate::server::auth::Mode;

/// Error for a request that another site started.
const ANOTHER_SITE: &str = "This request came from another site and was refused. Use the page itself.";

/// Error when the browser hides the origin, due to a privacy extension or a page loaded while its
/// policy still was `no-referrer`.
const HIDDEN_ORIGIN: &str =
    "Your browser hid where this form came from (Origin: null); reload the page, or use another browser.";

/// Error without sign-in when the host name is not this machine's.
const FOREIGN_HOST: &str = "This server has no sign-in and answers on this machine alone, as localhost or 127.0.0.1.";

/// Error without sign-in when a proxy forwarded the request.
const FORWARDED: &str =
    "This server has no sign-in and refuses requests through a proxy; set AUTH=clerk, or open it on this machine.";

/// Refuses an unsafe request that a browser says comes from another site.
///
/// Browsers send `Sec-Fetch-Site`; where one does not, its `Origin` must name this host. Other programs send
/// neither and carry no ambient session.
pub async fn same_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    match if safe { Ok(()) } else { check_site(&request) } {
        Ok(()) => next.run(request).await,
        Err(why) => refuse(&state, request.headers(), "cross_site", why),
    }
}

/// Refuses in the format that the request asks for.
fn refuse(state: &AppState, headers: &HeaderMap, code: &'static str, why: &str) -> Response {
    let error = ApiError::new(StatusCode::FORBIDDEN, code, why);
    if wants_page(headers) { trouble(state, &error) } else { error.into_response() }
}

/// Checks that this site, or no site, started the request.
fn check_site(request: &Request) -> Result<(), &'static str> {
    // What is there and cannot be read is another site, and of several headers each counts.
    let texts = |name: &str| request.headers().get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    let mut sites = texts("sec-fetch-site").peekable();
    if sites.peek().is_some() {
        let is_own = sites.all(|site| matches!(site, "same-origin" | "none"));
        return if is_own { Ok(()) } else { Err(ANOTHER_SITE) };
    }
    let host = texts("host").next().or_else(|| request.uri().authority().map(Authority::as_str)).unwrap_or_default();
    let mut hidden = false;
    for origin in texts("origin") {
        if origin == "null" {
            hidden = true;
        } else if !names_host(origin, host) {
            return Err(ANOTHER_SITE);
        }
    }
    if hidden { Err(HIDDEN_ORIGIN) } else { Ok(()) }
}

/// Returns whether an `Origin` matches this `Host`. Ignores the scheme, since TLS may end at a
/// proxy, except for the default port that it implies.
fn names_host(origin: &str, host: &str) -> bool {
    let named = origin.strip_prefix("https://").map(|named| (named, 443));
    let Some((named, usual)) = named.or_else(|| origin.strip_prefix("http://").map(|named| (named, 80))) else {
        return false;
    };
    let parts = |text: &str| {
        let authority = Authority::try_from(text).ok().filter(|authority| !authority.as_str().contains('@'))?;
        Some((authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(usual)))
    };
    parts(named).is_some_and(|named| parts(host) == Some(named))
}

/// Without sign-in, refuses requests under a foreign host name and requests that a proxy
/// forwarded.
///
/// A site can let its own name point here (DNS rebinding); to a browser it is then the page itself, and would read
/// everything. With sign-in it has no session, and the name is the operator's business.
pub async fn this_machine_alone(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.config.auth.mode != Mode::Dev {
        next.run(request).await
    } else if is_forwarded(&request) {
        refuse(&state, request.headers(), "forwarded_without_sign_in", FORWARDED)
    } else if !names_this_machine(&request) {
        refuse(&state, request.headers(), "foreign_host", FOREIGN_HOST)
    } else {
        next.run(request).await
    }
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
        // With `no-referrer` browsers would send `Origin: null` with our own forms.
        (header::REFERRER_POLICY, "same-origin"),
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

    use super::{ANOTHER_SITE, HIDDEN_ORIGIN, came_encrypted, check_site, names_host, names_this_machine};

    fn from(headers: &[(&str, &str)]) -> bool {
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
            assert_eq!(names_host(origin, host), is_own, "{origin}, {host}");
        }
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
