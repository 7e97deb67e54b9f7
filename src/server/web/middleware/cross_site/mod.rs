//! No site but this one may start a request that changes something.

#[cfg(test)]
mod tests;

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
