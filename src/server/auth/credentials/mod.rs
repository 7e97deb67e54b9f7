//! Extracts the session tokens from a request.
//!
//! If a request has a Bearer token, its cookies are ignored. By sending the token, the client chose
//! one user explicitly, so the server must not use a cookie instead if the token is bad. Without a
//! Bearer token, the server reads the cookies that Clerk sets: `__session` first, then those with
//! the suffix of a Clerk instance. A request may carry several of them, because every application
//! on a host name sets its own, and another host on the same parent domain can plant one. All
//! tokens are verified, so that valid cookies of different users are detected.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
};

use super::Refusal;

/// Name of the session cookie that Clerk sets, without the suffix of an instance.
const COOKIE_NAME: &str = "__session";

/// Maximum number of session cookies per request, because each costs a signature check.
const MAX_COOKIES: usize = 8;

/// Returns the distinct tokens of a request, at least one, in the order in which to verify them.
///
/// # Errors
/// Returns [`Refusal::Missing`] if there is no token, [`Refusal::TooManyCookies`] if there are too
/// many, [`Refusal::Ambiguous`] if there are several `Authorization` headers, and
/// [`Refusal::Malformed`] if the Bearer token is not UTF-8.
pub fn tokens(headers: &HeaderMap) -> Result<Vec<&str>, Refusal> {
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    if let Some(authorization) = authorizations.next() {
        if authorizations.next().is_some() {
            return Err(Refusal::Ambiguous);
        }
        if let Some(token) = bearer(authorization.as_bytes()) {
            return std::str::from_utf8(token).map(|token| vec![token]).map_err(|_| Refusal::Malformed);
        }
    }
    let cookies = session_cookies(headers);
    match cookies.len() {
        0 => Err(Refusal::Missing),
        1..=MAX_COOKIES => Ok(cookies),
        // Any one of the cookies may be the user's. Checking only some of them could miss it, so
        // the request is refused.
        _ => Err(Refusal::TooManyCookies),
    }
}

/// Returns the token after the word `Bearer`, or an empty token if nothing follows; `None` if the
/// header uses another scheme.
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let authorization = authorization.trim_ascii();
    let end = authorization.iter().position(u8::is_ascii_whitespace).unwrap_or(authorization.len());
    let (scheme, rest) = authorization.split_at(end);
    scheme.eq_ignore_ascii_case(b"bearer").then(|| rest.trim_ascii())
}

fn session_cookies(headers: &HeaderMap) -> Vec<&str> {
    let cookie_headers = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let (mut plain, mut suffixed) = (Vec::new(), Vec::new());
    for (name, value) in
        cookie_headers.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.split_once('='))
    {
        let value = value.trim();
        match name.trim().strip_prefix(COOKIE_NAME) {
            // Signing out of Clerk leaves an empty cookie behind.
            _ if value.is_empty() => {}
            Some("") => plain.push(value),
            Some(suffix) if suffix.starts_with('_') => suffixed.push(value),
            _ => {}
        }
    }
    plain.append(&mut suffixed);
    // Clerk sets the same token in the cookies with and without the suffix.
    let mut seen = HashSet::new();
    plain.retain(|token| seen.insert(*token));
    plain
}
