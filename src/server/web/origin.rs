//! Absolute URLs of this server, for links that leave the browser.

use axum::http::{HeaderMap, header, uri::Authority};

use super::middleware::headers::used_tls;

/// Returns the absolute URL of a path, with the scheme and host by which the client reached this
/// server. Returns the path itself if the request has no valid `Host`.
///
/// Only the client that sent the header sees the URL, so a forged `Host` misleads no one else.
pub fn absolute_url(headers: &HeaderMap, path: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let scheme = if used_tls(headers) { "https" } else { "http" };
    match host.filter(|host| !host.as_str().contains('@')) {
        Some(host) => format!("{scheme}://{host}{path}"),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::absolute_url;

    fn url(headers: &[(&str, &str)]) -> String {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        absolute_url(&headers.collect::<HeaderMap>(), "/a")
    }

    #[test]
    fn takes_host_and_scheme_of_request() {
        assert_eq!(url(&[("host", "127.0.0.1:3000")]), "http://127.0.0.1:3000/a");
        assert_eq!(url(&[("host", "app.example"), ("x-forwarded-proto", "https")]), "https://app.example/a");
        for host in ["", "a b", "user@app.example", "app.example/path"] {
            assert_eq!(url(&[("host", host)]), "/a", "{host}");
        }
        assert_eq!(url(&[]), "/a");
    }
}
