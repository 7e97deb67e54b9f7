//! No site but this one may start a request that changes something.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, uri::Authority},
    middleware::Next,
    response::Response,
};

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Error for a request that another site started.
const ANOTHER_SITE: &str = "This request came from another site and was refused. Use the page itself.";

/// Error when the browser hides the origin, due to a privacy extension or a page loaded while its
/// policy still was `no-referrer`.
const HIDDEN_ORIGIN: &str =
    "Your browser hid where this form came from (Origin: null); reload the page, or use another browser.";

/// Refuses an unsafe request that a browser says comes from another site.
///
/// Browsers send `Sec-Fetch-Site`; where one does not, its `Origin` must name this host. Other programs send
/// neither and carry no ambient session.
pub async fn reject_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    match if safe { Ok(()) } else { check_site(&request) } {
        Ok(()) => next.run(request).await,
        Err(why) => {
            let error = ApiError::new(StatusCode::FORBIDDEN, "cross_site", why);
            ResponseFormat::wanted_by(request.headers()).error(&state, error)
        }
    }
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

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::{ANOTHER_SITE, HIDDEN_ORIGIN, check_site, names_host};

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
    fn the_page_itself_and_other_programs_may() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "http://127.0.0.1:3000")]));
        assert!(from(&[]));
    }
}
