//! Which tokens a request carries.
//!
//! A Bearer token counts alone: its sender wants to be that user or nobody, so a bad one is
//! never made up for by a cookie. Without one, the cookies that Clerk sets: `__session`, then those
//! with the suffix of an instance. There may be several, since every application on one host name
//! sets its own, and a neighboring host can plant one; each is verified, so that good ones of
//! different users are noticed.

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

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Refusal, tokens};

    fn sent(headers: &[(&str, &str)]) -> Result<Vec<String>, Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        tokens(&map).map(|tokens| tokens.into_iter().map(str::to_owned).collect())
    }

    fn found(headers: &[(&str, &str)], tokens: &[&str]) {
        assert_eq!(sent(headers).unwrap(), tokens, "{headers:?}");
    }

    #[test]
    fn a_bearer_token_counts_alone() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            found(&[("authorization", &format!("{scheme} abc")), ("cookie", "__session=def")], &["abc"]);
        }
        found(&[("authorization", "Bearer   abc ")], &["abc"]);
    }

    #[test]
    fn a_bearer_without_a_token_does_not_fall_back_to_the_cookie() {
        for empty in ["Bearer", "Bearer ", "bearer\t"] {
            found(&[("authorization", empty), ("cookie", "__session=def")], &[""]);
        }
        let not_text = sent(&[("authorization", "Bearer \u{fc}")]);
        assert!(not_text.is_ok_and(|tokens| tokens == ["\u{fc}"]), "whoever verifies it refuses it");
    }

    #[test]
    fn another_scheme_says_nothing_of_a_session() {
        found(&[("authorization", "Basic eDp5"), ("cookie", "__session=def")], &["def"]);
        found(&[("authorization", "Bearerabc"), ("cookie", "__session=def")], &["def"]);
    }

    #[test]
    fn two_authorizations_are_a_guess_too_many() {
        let twice = [("authorization", "Bearer abc"), ("authorization", "Bearer abc")];
        assert_eq!(sent(&twice), Err(Refusal::Ambiguous));
    }

    #[test]
    fn the_plain_cookie_comes_first_and_then_those_with_a_suffix() {
        found(&[("cookie", "__session_x1=b; theme=dark; __session=a; __session_x2=c")], &["a", "b", "c"]);
        found(&[("cookie", "theme=dark"), ("cookie", "__session=a")], &["a"]);
        found(&[("cookie", "__session=a==")], &["a=="]);
    }

    #[test]
    fn what_only_looks_like_the_cookie_is_none() {
        for cookie in ["__sessions=a", "session=a", "my__session=a", "__SESSION=a", "__session", "__session=", ""] {
            assert_eq!(sent(&[("cookie", cookie)]), Err(Refusal::Missing), "{cookie}");
        }
        assert_eq!(sent(&[]), Err(Refusal::Missing));
    }

    #[test]
    fn refuses_more_than_eight_cookies() {
        let cookies = |count: usize| {
            let many: Vec<_> = (0..count).map(|number| format!("__session_{number}=t{number}")).collect();
            many.join("; ")
        };
        assert_eq!(sent(&[("cookie", &cookies(8))]).unwrap().len(), 8);
        for count in [9, 50] {
            assert_eq!(sent(&[("cookie", &cookies(count))]), Err(Refusal::TooManyCookies), "{count}");
        }
    }

    #[test]
    fn verifies_a_repeated_cookie_once() {
        found(&[("cookie", "__session=a; __session_x1=a; __session=a; __session_x2=b")], &["a", "b"]);
        found(&[("cookie", &"__session=a; ".repeat(50))], &["a"]);
    }
}
