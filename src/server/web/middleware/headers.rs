//! Adds security headers to every response.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Adds the security headers to a response. Headers that a handler has already set are kept, such
/// as the `Content-Security-Policy` of pages, which allows their script.
pub async fn set_strict_headers(request: Request, next: Next) -> Response {
    let is_encrypted = used_tls(request.headers());
    let mut response = next.run(request).await;
    if is_encrypted {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With the policy `no-referrer`, browsers would send `Origin: null` with this site's own
        // forms.
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

/// Header value that tells browsers to connect only over TLS for a year. Subdomains are not
/// included, because they may belong to other services.
const HSTS: &str = "max-age=31536000";

/// Returns whether the request came over TLS, according to the proxy in front of this server. A
/// client that forges the header affects only itself.
pub fn used_tls(headers: &HeaderMap) -> bool {
    let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    // With several proxies, the first value is the scheme that the browser used.
    scheme.and_then(|schemes| schemes.split(',').next()).is_some_and(|scheme| scheme.trim() == "https")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::used_tls;

    #[test]
    fn detects_tls_by_first_forwarded_proto() {
        for (scheme, is_encrypted) in [("https", true), ("https, http", true), ("http", false), ("http, https", false)]
        {
            let headers = HeaderMap::from_iter([("x-forwarded-proto".parse().unwrap(), scheme.parse().unwrap())]);
            assert_eq!(used_tls(&headers), is_encrypted, "{scheme}");
        }
        assert!(!used_tls(&HeaderMap::new()));
    }
}
