//! Protects servers without sign-in (`AUTH=dev`): accepts only direct requests to `localhost` or a
//! loopback address.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, uri::Authority},
    middleware::Next,
    response::Response,
};

use super::forwarded::is_forwarded;
use crate::server::{
    auth::Mode,
    web::{error::ApiError, response_format::ResponseFormat, state::AppState},
};

/// Error message for a request to another host name, on a server without sign-in.
const FOREIGN_HOST: &str =
    "This server has no sign-in, so it only works on its own machine; open it as localhost or 127.0.0.1.";

/// Error message for a request that a proxy forwarded, on a server without sign-in.
const FORWARDED: &str = "This server has no sign-in, so it refuses requests through a proxy; set AUTH=clerk, or open it on its own machine.";

/// On a server without sign-in, rejects requests to a foreign host name and requests that a proxy
/// forwarded.
///
/// A malicious site can resolve its own name to this machine (DNS rebinding). The browser then
/// treats this server's pages as part of that site, and lets the site read everything. Servers with
/// sign-in do not need this check: such a site has no session there, and the operator may choose
/// any host name.
pub async fn require_loopback_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.config.auth.mode != Mode::Dev {
        next.run(request).await
    } else if is_forwarded(&request) {
        refuse(&state, &request, "forwarded_without_sign_in", FORWARDED)
    } else if !names_this_machine(&request) {
        refuse(&state, &request, "foreign_host", FOREIGN_HOST)
    } else {
        next.run(request).await
    }
}

fn refuse(state: &AppState, request: &Request, code: &'static str, message: &str) -> Response {
    let error = ApiError::new(StatusCode::FORBIDDEN, code, message);
    ResponseFormat::wanted_by(request.headers()).error(state, error)
}

fn names_this_machine(request: &Request) -> bool {
    let sent = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    // HTTP/1.0 clients may omit the `Host` header, so requests without it are accepted. Browsers
    // always send it.
    let Some(host) = sent.or_else(|| request.uri().authority().map(|authority| authority.as_str().as_bytes())) else {
        return true;
    };
    let Ok(authority) = Authority::try_from(host) else { return false };
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::names_this_machine;

    #[test]
    fn rejects_names_that_only_resolve_to_this_machine() {
        let is_accepted =
            |host: &str| names_this_machine(&Request::get("/").header("host", host).body(Body::empty()).unwrap());
        for host in ["127.0.0.1:3000", "127.0.0.1", "localhost:3000", "LOCALHOST", "[::1]:3000", "127.1.2.3"] {
            assert!(is_accepted(host), "{host}");
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
            assert!(!is_accepted(host), "{host}");
        }
        assert!(names_this_machine(&Request::get("/").body(Body::empty()).unwrap()));
    }
}
