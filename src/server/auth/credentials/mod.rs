//! Which tokens a request carries.
//!
//! A Bearer token counts alone: its sender wants to be that user or nobody, so a bad one is
//! never made up for by a cookie. Without one, the cookies that Clerk sets: `__session`, then those
//! with the suffix of an instance. There may be several, since every application on one host name
//! sets its own, and a neighboring host can plant one; each is verified, so that good ones of
//! different users are noticed.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
};

use super::Refusal;

/// The cookie of the session.
const COOKIE_NAME: &str = "__session";

/// The most cookies that are verified: each costs a signature.
const MOST_COOKIES: usize = 8;

/// The tokens to verify, in this order; at least one, and each once.
///
/// # Errors
/// [`Refusal::Missing`] without any, [`Refusal::TooManyCookies`] over the limit,
/// [`Refusal::Ambiguous`] or [`Refusal::Malformed`] for headers that cannot be read.
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
        1..=MOST_COOKIES => Ok(cookies),
        // Those left out could be the user's own.
        _ => Err(Refusal::TooManyCookies),
    }
}

/// What follows the word Bearer; empty where nothing does.
fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let authorization = authorization.trim_ascii();
    let end = authorization.iter().position(u8::is_ascii_whitespace).unwrap_or(authorization.len());
    let (scheme, rest) = authorization.split_at(end);
    scheme.eq_ignore_ascii_case(b"bearer").then(|| rest.trim_ascii())
}

fn session_cookies(headers: &HeaderMap) -> Vec<&str> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let (mut plain, mut suffixed) = (Vec::new(), Vec::new());
    for (name, value) in sent.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.split_once('=')) {
        let value = value.trim();
        match name.trim().strip_prefix(COOKIE_NAME) {
            // Signing out leaves the cookie empty.
            _ if value.is_empty() => {}
            Some("") => plain.push(value),
            Some(suffix) if suffix.starts_with('_') => suffixed.push(value),
            _ => {}
        }
    }
    plain.append(&mut suffixed);
    // Clerk sets the same token under both names.
    let mut seen = HashSet::new();
    plain.retain(|token| seen.insert(*token));
    plain
}
