//! Without sign-in, the server answers only direct requests to this machine's own names.

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

/// Error without sign-in when the host name is not this machine's.
const FOREIGN_HOST: &str = "This server has no sign-in and answers on this machine alone, as localhost or 127.0.0.1.";

/// Error without sign-in when a proxy forwarded the request.
const FORWARDED: &str =
    "This server has no sign-in and refuses requests through a proxy; set AUTH=clerk, or open it on this machine.";

/// Without sign-in, refuses requests under a foreign host name and requests that a proxy
/// forwarded.
///
/// A site can let its own name point here (DNS rebinding); to a browser it is then the page itself, and would read
/// everything. With sign-in it has no session, and the name is the operator's business.
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

fn refuse(state: &AppState, request: &Request, code: &'static str, why: &str) -> Response {
    let error = ApiError::new(StatusCode::FORBIDDEN, code, why);
    ResponseFormat::wanted_by(request.headers()).error(state, error)
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

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::names_this_machine;

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
