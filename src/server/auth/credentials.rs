//! Which tokens a request carries.
//!
//! A Bearer token counts alone: whoever sends one wants to be that user or nobody, so a bad one is never made up for
//! by a cookie. Without one, the cookies that Clerk sets: `__session`, then those with the suffix of an instance. There
//! may be several, since every application on one host name sets its own; each is verified, the first good one counts.

use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
};

use super::Refusal;

/// The cookie of the session.
const COOKIE_NAME: &str = "__session";

/// So many cookies are tried: each costs a signature to verify.
const MOST_COOKIES: usize = 4;

/// The tokens to try, in this order; at least one.
///
/// # Errors
/// [`Refusal::Missing`] without any, [`Refusal::Ambiguous`] or [`Refusal::Malformed`] for headers that cannot be read.
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
    if cookies.is_empty() { Err(Refusal::Missing) } else { Ok(cookies) }
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
    plain.truncate(MOST_COOKIES);
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
    fn a_flood_of_cookies_is_cut_short() {
        let many: Vec<_> = (0..50).map(|number| format!("__session_{number}=t{number}")).collect();
        assert_eq!(sent(&[("cookie", &many.join("; "))]).unwrap().len(), 4);
    }
}
