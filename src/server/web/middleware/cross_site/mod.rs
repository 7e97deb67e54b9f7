//! Protects against cross-site request forgery: rejects unsafe requests that another site
//! initiated.

#[cfg(test)]
mod tests;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, uri::Authority},
    middleware::Next,
    response::Response,
};

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Error message for a request that another site initiated.
const ANOTHER_SITE: &str = "This request came from another site and was refused. Use the page itself.";

/// Error message for a request whose origin the browser hides (`Origin: null`). Possible causes are
/// a privacy extension, or a page that was loaded when this site still had the referrer policy
/// `no-referrer`.
const HIDDEN_ORIGIN: &str =
    "Your browser hid where this form came from (Origin: null); reload the page, or use another browser.";

/// Rejects an unsafe request (any method but GET, HEAD and OPTIONS) if the browser reports that
/// another site initiated it.
///
/// Modern browsers send `Sec-Fetch-Site`. If that header is missing, `Origin` must name this host.
/// Programs other than browsers send neither header, and have no session cookie that another site
/// could misuse.
pub async fn reject_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    match if safe { Ok(()) } else { check_site(&request) } {
        Ok(()) => next.run(request).await,
        Err(message) => {
            let error = ApiError::new(StatusCode::FORBIDDEN, "cross_site", message);
            ResponseFormat::wanted_by(request.headers()).error(&state, error)
        }
    }
}

/// Checks that the request was initiated by this site, directly by the browser's user, or by a
/// program other than a browser.
fn check_site(request: &Request) -> Result<(), &'static str> {
    // A header that is not text is treated as if it named another site. If a header is repeated,
    // every value is checked.
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
        } else if !matches_host(origin, host) {
            return Err(ANOTHER_SITE);
        }
    }
    if hidden { Err(HIDDEN_ORIGIN) } else { Ok(()) }
}

/// Returns whether an `Origin` header matches the `Host` header. The scheme only determines the
/// default port; it is not compared, because TLS may end at a proxy.
fn matches_host(origin: &str, host: &str) -> bool {
    let https = origin.strip_prefix("https://").map(|authority| (authority, 443));
    let http = || origin.strip_prefix("http://").map(|authority| (authority, 80));
    let Some((origin_authority, default_port)) = https.or_else(http) else {
        return false;
    };
    let parts = |text: &str| {
        let authority = Authority::try_from(text).ok().filter(|authority| !authority.as_str().contains('@'))?;
        Some((authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default_port)))
    };
    parts(origin_authority).is_some_and(|origin| parts(host) == Some(origin))
}
