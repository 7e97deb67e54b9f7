//! What holds for every request: no cross-site writes, and headers that keep browsers strict.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::error::ApiError;

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
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).or_else(|| request.uri().host()).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, named)| named == host)
}

/// Headers of every answer. A page replaces the policy by its own, which allows its script.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
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

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::is_same_site;

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
    }

    #[test]
    fn the_page_itself_and_other_programs_may() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "http://127.0.0.1:3000")]));
        assert!(from(&[]));
    }
}
