//! Detects requests that came through a proxy.
//!
//! A proxy on this machine makes every remote request look local: the proxy connects from a
//! loopback address, and often replaces `Host` with the server's name. The headers that the proxy
//! adds give it away.

use axum::{
    extract::Request,
    http::{Version, header},
};

/// Headers that proxies, load balancers and tunnels add, and browsers never send.
///
/// `Forwarded` (RFC 7239) and `Via` (RFC 9110) are standard headers. Most nginx configurations set
/// `X-Real-IP`. The other headers carry the client's address and come from Cloudflare, Akamai, Fly,
/// Fastly, Azure, App Engine and Envoy.
const HEADERS: [&str; 16] = [
    "forwarded",
    "forwarded-for",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-proxyuser-ip",
    "x-envoy-external-address",
    "x-appengine-user-ip",
    "x-azure-clientip",
    "cdn-loop",
    "cf-connecting-ip",
    "true-client-ip",
    "fly-client-ip",
    "fastly-client-ip",
];

/// Prefix of the headers that nearly all proxies add: `X-Forwarded-For`, `-Host`, `-Proto`, `-Port`
/// and more.
const PREFIX: &str = "x-forwarded";

/// Returns whether a proxy forwarded this request. A header with an empty value counts as well,
/// because some proxies clear the value to hide the client.
pub fn is_forwarded(request: &Request) -> bool {
    let has_header = request.headers().keys().any(|name| {
        let name = name.as_str();
        name.starts_with(PREFIX) || HEADERS.contains(&name)
    });
    has_header || is_nginx_default(request)
}

/// Returns whether nginx with its default settings forwarded the request. With these settings,
/// nginx adds no forwarding headers, but uses HTTP/1.0 with `Connection: close`. HTTP/1.0 implies
/// `Connection: close`, so other HTTP/1.0 clients do not send that header.
fn is_nginx_default(request: &Request) -> bool {
    let closes = || request.headers().get(header::CONNECTION).is_some_and(|value| value == "close");
    request.version() == Version::HTTP_10 && closes()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request, http::Version};

    use super::{HEADERS, is_forwarded};

    fn with(name: &str, value: &str) -> bool {
        is_forwarded(&Request::get("/").header(name, value).body(Body::empty()).unwrap())
    }

    #[test]
    fn recognizes_every_forwarding_header() {
        for name in HEADERS {
            assert!(with(name, "x") && with(name, "") && with(&name.to_uppercase(), "x"), "{name}");
        }
        for name in ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded"] {
            assert!(with(name, "x"), "{name}");
        }
    }

    #[test]
    fn accepts_what_browsers_and_programs_send() {
        for (name, value) in [
            ("host", "127.0.0.1:3000"),
            ("origin", "http://127.0.0.1:3000"),
            ("referer", "http://127.0.0.1:3000/"),
            ("sec-fetch-site", "same-origin"),
            ("x-requested-with", "XMLHttpRequest"),
            ("connection", "close"),
            ("upgrade-insecure-requests", "1"),
        ] {
            assert!(!with(name, value), "{name}");
        }
    }

    #[test]
    fn recognizes_nginx_without_settings() {
        let mut request = Request::get("/").header("connection", "close").body(Body::empty()).unwrap();
        *request.version_mut() = Version::HTTP_10;
        assert!(is_forwarded(&request));
        request.headers_mut().clear();
        assert!(!is_forwarded(&request), "an old program");
    }
}
