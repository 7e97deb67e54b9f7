use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{Refusal, tokens};

fn tokens_from(headers: &[(&str, &str)]) -> Result<Vec<String>, Refusal> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    tokens(&map).map(|tokens| tokens.into_iter().map(str::to_owned).collect())
}

fn assert_tokens(headers: &[(&str, &str)], tokens: &[&str]) {
    assert_eq!(tokens_from(headers).unwrap(), tokens, "{headers:?}");
}

#[test]
fn prefers_bearer_token_over_cookies() {
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_tokens(&[("authorization", &format!("{scheme} abc")), ("cookie", "__session=def")], &["abc"]);
    }
    assert_tokens(&[("authorization", "Bearer   abc ")], &["abc"]);
}

#[test]
fn ignores_cookies_when_bearer_is_empty() {
    for empty in ["Bearer", "Bearer ", "bearer\t"] {
        assert_tokens(&[("authorization", empty), ("cookie", "__session=def")], &[""]);
    }
    let not_text = tokens_from(&[("authorization", "Bearer \u{fc}")]);
    assert!(not_text.is_ok_and(|tokens| tokens == ["\u{fc}"]), "the verifier refuses the token later");
}

#[test]
fn ignores_other_authorization_schemes() {
    assert_tokens(&[("authorization", "Basic eDp5"), ("cookie", "__session=def")], &["def"]);
    assert_tokens(&[("authorization", "Bearerabc"), ("cookie", "__session=def")], &["def"]);
}

#[test]
fn refuses_two_authorization_headers() {
    let twice = [("authorization", "Bearer abc"), ("authorization", "Bearer abc")];
    assert_eq!(tokens_from(&twice), Err(Refusal::Ambiguous));
}

#[test]
fn returns_plain_cookie_before_suffixed_ones() {
    assert_tokens(&[("cookie", "__session_x1=b; theme=dark; __session=a; __session_x2=c")], &["a", "b", "c"]);
    assert_tokens(&[("cookie", "theme=dark"), ("cookie", "__session=a")], &["a"]);
    assert_tokens(&[("cookie", "__session=a==")], &["a=="]);
}

#[test]
fn ignores_cookies_with_similar_names() {
    for cookie in ["__sessions=a", "session=a", "my__session=a", "__SESSION=a", "__session", "__session=", ""] {
        assert_eq!(tokens_from(&[("cookie", cookie)]), Err(Refusal::Missing), "{cookie}");
    }
    assert_eq!(tokens_from(&[]), Err(Refusal::Missing));
}

#[test]
fn refuses_more_than_eight_cookies() {
    let cookies = |count: usize| {
        let many: Vec<_> = (0..count).map(|number| format!("__session_{number}=t{number}")).collect();
        many.join("; ")
    };
    assert_eq!(tokens_from(&[("cookie", &cookies(8))]).unwrap().len(), 8);
    for count in [9, 50] {
        assert_eq!(tokens_from(&[("cookie", &cookies(count))]), Err(Refusal::TooManyCookies), "{count}");
    }
}

#[test]
fn verifies_a_repeated_cookie_once() {
    assert_tokens(&[("cookie", "__session=a; __session_x1=a; __session=a; __session_x2=b")], &["a", "b"]);
    assert_tokens(&[("cookie", &"__session=a; ".repeat(50))], &["a"]);
}
