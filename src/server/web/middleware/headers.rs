//! Headers that keep browsers strict, with every response.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Headers of every answer. A page replaces the policy by its own, which allows its script.
pub async fn set_strict_headers(request: Request, next: Next) -> Response {
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

/// Browsers use TLS for a year. Subdomains are left out, because they may belong to other services.
const ONLY_ENCRYPTED: &str = "max-age=31536000";

/// Returns whether the proxy in front of this server says that the request came over TLS. A client
/// that invents the header affects only itself.
fn came_encrypted(request: &Request) -> bool {
    let scheme = request.headers().get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    // The first one is the browser's own, where there are several proxies.
    scheme.and_then(|schemes| schemes.split(',').next()).is_some_and(|scheme| scheme.trim() == "https")
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::came_encrypted;

    #[test]
    fn tls_is_what_the_proxy_nearest_to_the_browser_says() {
        for (said, is_encrypted) in [("https", true), ("https, http", true), ("http", false), ("http, https", false)] {
            let request = Request::get("/x").header("x-forwarded-proto", said).body(Body::empty()).unwrap();
            assert_eq!(came_encrypted(&request), is_encrypted, "{said}");
        }
        assert!(!came_encrypted(&Request::get("/x").body(Body::empty()).unwrap()));
    }
}
