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
