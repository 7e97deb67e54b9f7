//! Rules for the URLs in the sign-in settings.

use reqwest::Url;

/// Returns whether a URL uses HTTPS, or HTTP to this machine, so that responses cannot be forged on
/// the network. Forged sign-in keys would give access to every portfolio. Also returns false for
/// URLs that contain a user name or a password.
pub fn is_encrypted_or_local(url: &Url) -> bool {
    let is_local = || match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local());
    is_safe && url.has_host() && url.username().is_empty() && url.password().is_none()
}

/// Returns whether the text is an origin as browsers write it: the scheme, the host, and the port
/// unless it is the default of the scheme.
pub fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.has_host() && url.origin().ascii_serialization() == text)
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{is_encrypted_or_local, is_origin};

    #[test]
    fn accepts_only_encrypted_or_local_urls() {
        for (text, is_accepted) in [
            ("https://clerk.example.com", true),
            ("http://127.0.0.1:9", true),
            ("http://localhost:9/jwks", true),
            ("http://[::1]:9", true),
            ("http://clerk.example.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
            ("ftp://127.0.0.1", false),
            ("https://me:secret@clerk.example.com", false),
            ("mailto:me@example.com", false),
        ] {
            assert_eq!(is_encrypted_or_local(&Url::parse(text).unwrap()), is_accepted, "{text}");
        }
    }

    #[test]
    fn accepts_only_origins() {
        for (text, is_accepted) in [
            ("https://app.example.com", true),
            ("http://localhost:3000", true),
            ("https://app.example.com/", false),
            ("https://app.example.com/login", false),
            ("https://app.example.com:443", false),
            ("HTTPS://app.example.com", false),
            ("app.example.com", false),
            ("*", false),
        ] {
            assert_eq!(is_origin(text), is_accepted, "{text}");
        }
    }
}
