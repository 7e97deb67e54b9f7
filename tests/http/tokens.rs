//! Tokens, good and bad, against the server over a real socket: a table of what is sent and what is
//! answered.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::tokens::{Key, encoded, first, second, unsigned, with_part};

use crate::{
    harness::TestServer,
    issuer::{APP, Issuer, NOW},
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Good: the session counts.
const GOOD: (u16, &str) = (200, "");
/// No session, or a bad one.
const BAD: (u16, &str) = (401, "unauthenticated");
/// A good one that is over.
const OVER: (u16, &str) = (401, "session_expired");

/// What is sent, and what is answered.
struct Case {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    expected: (u16, &'static str),
}

fn sent<const N: usize>(
    name: &'static str,
    headers: [(&'static str, String); N],
    expected: (u16, &'static str),
) -> Case {
    Case { name, headers: headers.into(), expected }
}

fn bearer(name: &'static str, token: impl Into<String>, expected: (u16, &'static str)) -> Case {
    sent(name, [("authorization", format!("Bearer {}", token.into()))], expected)
}

async fn answer(server: &TestServer, case: &Case) -> (u16, String) {
    let mut request = server.client.get(format!("{}/api/v1/onboarding/portfolios", server.base));
    for (name, value) in &case.headers {
        request = request.header(*name, value);
    }
    let answer = request.send().await.unwrap();
    let (status, challenge) = (answer.status(), answer.headers().get("www-authenticate").cloned());
    assert_eq!(status == StatusCode::UNAUTHORIZED, challenge.is_some_and(|with| with == "Bearer"), "{}", case.name);
    let body: Value = answer.json().await.unwrap();
    (status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

async fn check(issuer: &Issuer, cases: Vec<Case>) {
    let server = issuer.server().await;
    let mut surprises = Vec::new();
    for case in &cases {
        let (status, code) = answer(&server, case).await;
        if (status, code.as_str()) != case.expected {
            surprises.push(format!("{}: {status} {code}, not {:?}", case.name, case.expected));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[tokio::test]
async fn checks_claims_of_tokens() {
    let issuer = Issuer::start().await;
    let claiming = |name, changes: Value, expected| bearer(name, first().token(&issuer.claims_with(changes)), expected);
    let text = |name, claims: String| bearer(name, first().sign_text(&first().header().to_string(), &claims), BAD);
    let twice = |claim: &str| issuer.claims().to_string().replacen('{', &format!("{{{claim},"), 1);
    let cases = vec![
        claiming("everything good", json!({}), GOOD),
        claiming("no optional claim", json!({"nbf": null, "iat": null, "sts": null}), GOOD),
        claiming("a claim that nobody knows", json!({"fva": [1, -1], "pla": "u:free"}), GOOD),
        claiming("no sub", json!({"sub": null}), BAD),
        claiming("an empty sub", json!({"sub": ""}), BAD),
        claiming("a number as sub", json!({"sub": 17}), BAD),
        claiming("a list as sub", json!({"sub": ["user_1"]}), BAD),
        claiming("no sid", json!({"sid": null}), BAD),
        claiming("an empty sid", json!({"sid": ""}), BAD),
        claiming("no exp", json!({"exp": null}), BAD),
        claiming("a text as exp", json!({"exp": (NOW + 50).to_string()}), BAD),
        claiming("a fraction as exp", json!({"exp": 1_800_000_050.5}), BAD),
        claiming("an exp beyond all numbers", json!({"exp": u64::MAX}), BAD),
        claiming("an exp at the end of the numbers", json!({"exp": i64::MAX}), BAD),
        claiming("an iat at the other end", json!({"iat": i64::MIN}), BAD),
        claiming("a life of a day", json!({"exp": NOW - 10 + DAY}), GOOD),
        claiming("a life of a day and a second", json!({"exp": NOW - 9 + DAY}), BAD),
        claiming("a life of a year, nearly over", json!({"iat": NOW - 365 * DAY, "nbf": null}), BAD),
        claiming("a day left of an unknown life", json!({"exp": NOW + DAY, "iat": null}), GOOD),
        claiming("more than that left", json!({"exp": NOW + DAY + 31, "iat": null}), BAD),
        claiming("over for 29 s", json!({"exp": NOW - 29}), GOOD),
        claiming("over for 30 s", json!({"exp": NOW - 30}), OVER),
        claiming("over for a year", json!({"exp": NOW - 365 * DAY, "iat": NOW - 365 * DAY - 60}), OVER),
        claiming("over, and of another issuer", json!({"exp": NOW - 60, "iss": "https://evil.example"}), BAD),
        claiming("begins in 30 s", json!({"nbf": NOW + 30}), GOOD),
        claiming("begins in 31 s", json!({"nbf": NOW + 31}), BAD),
        claiming("a text as nbf", json!({"nbf": "soon"}), BAD),
        claiming("made in 30 s", json!({"iat": NOW + 30}), GOOD),
        claiming("made in 31 s", json!({"iat": NOW + 31}), BAD),
        claiming("no issuer", json!({"iss": null}), BAD),
        claiming("another issuer", json!({"iss": "https://evil.example"}), BAD),
        claiming("the issuer and more", json!({"iss": format!("{}/", issuer.base)}), BAD),
        claiming("the issuer in a list", json!({"iss": [issuer.base]}), BAD),
        claiming("the other authorized party", json!({"azp": "http://localhost:3000"}), GOOD),
        claiming("no authorized party", json!({"azp": null}), BAD),
        claiming("an unknown authorized party", json!({"azp": "https://evil.example"}), BAD),
        claiming("an authorized party and more", json!({"azp": format!("{APP}.evil.example")}), BAD),
        claiming("a pending session", json!({"sts": "pending"}), BAD),
        claiming("pending in a list", json!({"sts": ["pending"]}), BAD),
        claiming("somebody who acts as the user", json!({"act": {"sub": "user_9"}}), GOOD),
        text("sub twice", twice(r#""sub":"user_2""#)),
        text("exp twice", twice(r#""exp":1"#)),
        text("claims that are no object", "[]".to_owned()),
        text("claims that are no JSON", "{".to_owned()),
        text("no claims", String::new()),
    ];
    check(&issuer, cases).await;
}

#[tokio::test]
async fn checks_signatures_of_tokens() {
    let issuer = Issuer::start().await;
    let claims = issuer.claims();
    let header = |changes: Value| {
        let mut header = first().header();
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        header
    };
    let with = |name, changes, expected| bearer(name, first().sign(&header(changes), &claims), expected);
    let good = first().token(&claims);
    let elsewhere = format!("{}/elsewhere", issuer.base);
    let by_the_other = |changes| second().sign(&header(changes), &claims);
    let otherwise = |algorithm| first().sign_otherwise(algorithm, &header(json!({"alg": algorithm})), &claims);
    let flipped = {
        let last = if good.ends_with('A') { 'Q' } else { 'A' };
        format!("{}{last}", &good[..good.len() - 1])
    };
    let cases = vec![
        bearer("as it should be", good.clone(), GOOD),
        with("without a type", json!({"typ": null}), GOOD),
        with("of another type", json!({"typ": "at+jwt"}), BAD),
        with("without a key id", json!({"kid": null}), BAD),
        with("with an empty key id", json!({"kid": ""}), BAD),
        with("with a number as key id", json!({"kid": 1}), BAD),
        with("with an unknown key id", json!({"kid": "unknown"}), BAD),
        with("with the id of another key", json!({"kid": "second"}), BAD),
        with("with critical extensions", json!({"crit": ["exp"]}), BAD),
        with("with an empty list of them", json!({"crit": []}), BAD),
        with("RS256 called RS512", json!({"alg": "RS512"}), BAD),
        with("RS256 called HS256", json!({"alg": "HS256"}), BAD),
        with("RS256 called none", json!({"alg": "none"}), BAD),
        with("without an algorithm", json!({"alg": null}), BAD),
        with("with a chain of certificates, which nobody reads", json!({"x5c": ["AAAA"]}), GOOD),
        with("with an address of keys, which nobody visits", json!({"jku": elsewhere}), GOOD),
        bearer("RS384", otherwise("RS384"), BAD),
        bearer("PS256", otherwise("PS256"), BAD),
        bearer("RS384 called RS256", first().sign_otherwise("RS384", &first().header(), &claims), BAD),
        bearer("HS256 with the public key as secret", first().sign_with_public_key_as_secret(&claims), BAD),
        bearer("ES256", first().sign_with_elliptic_curve(&claims), BAD),
        bearer("not at all", unsigned(&header(json!({"alg": "none"})), &claims), BAD),
        bearer("not at all, and called RS256", unsigned(&first().header(), &claims), BAD),
        bearer("by another key", by_the_other(json!({})), BAD),
        bearer("by a key that it brings along", by_the_other(json!({"jwk": second().public()})), BAD),
        bearer("by a key that it says where to find", by_the_other(json!({"jku": elsewhere, "kid": "second"})), BAD),
        bearer("other claims under the signature", with_part(&good, 1, &encoded(&other_user(&issuer))), BAD),
        bearer("another header over the signature", with_part(&good, 0, &encoded(&header(json!({"typ": null})))), BAD),
        bearer("a signature with one letter changed", flipped, BAD),
        bearer("without its signature", good.rsplit_once('.').unwrap().0, BAD),
        bearer("with an empty signature", with_part(&good, 2, ""), BAD),
        bearer("with a fourth part", format!("{good}.AAAA"), BAD),
        bearer("with padding", format!("{good}=="), BAD),
        bearer("with a space in it", good.replacen('.', ". ", 1), BAD),
        bearer("too long", long(first(), &issuer, 20_000), BAD),
        bearer("long", long(first(), &issuer, 3_000), GOOD),
        bearer("junk", "junk", BAD),
        bearer("dots", "..", BAD),
    ];
    check(&issuer, cases).await;
    assert_eq!(issuer.lured(), 0, "keys come from the issuer alone");
}

fn other_user(issuer: &Issuer) -> Value {
    issuer.claims_with(json!({"sub": "user_2"}))
}

fn long(key: &Key, issuer: &Issuer, letters: usize) -> String {
    key.token(&issuer.claims_with(json!({"more": "x".repeat(letters)})))
}

#[tokio::test]
async fn checks_where_tokens_are_sent() {
    let issuer = Issuer::start().await;
    let good = issuer.token_of("user_1");
    let bad = second().sign(&first().header(), &issuer.claims());
    let over = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let authorization = |value: &str| ("authorization", value.to_owned());
    let cookie = |cookies: String| ("cookie", cookies);
    let good_cookie = || cookie(format!("__session={good}"));
    let (other, other_over) =
        (issuer.token_of("user_2"), first().token(&issuer.claims_with(json!({"sub": "user_2", "exp": NOW - 60}))));
    let again = first().token(&issuer.claims_with(json!({"sid": "sess_2"})));
    let acting = first().token(&issuer.claims_with(json!({"act": {"sub": "user_9"}})));
    // Well-formed, signed by somebody else.
    let junk = |count: usize| {
        let cookies = (0..count).map(|number| format!("__session={}{number}; ", &bad[..bad.len() - 1]));
        cookies.collect::<Vec<_>>().concat()
    };
    let two_users = format!("{}__session={good}; __session_a={other}", junk(6));
    let cases = vec![
        sent("not at all", [], BAD),
        sent("Bearer in small letters", [authorization(&format!("bearer {good}"))], GOOD),
        sent("Bearer twice", [authorization(&format!("Bearer Bearer {good}"))], BAD),
        sent("without Bearer", [authorization(&good)], BAD),
        sent("as a password", [authorization(&format!("Basic {good}"))], BAD),
        sent("two Authorization headers", [(); 2].map(|()| authorization(&format!("Bearer {good}"))), BAD),
        sent("two tokens in one header", [authorization(&format!("Bearer {good}, Bearer {good}"))], BAD),
        sent("an empty Bearer", [authorization("Bearer")], BAD),
        sent("a cookie", [good_cookie()], GOOD),
        sent("a cookie with a suffix", [cookie(format!("__session_aB3-x_={good}"))], GOOD),
        sent("a cookie among others", [cookie(format!("a=b; __session={good}; __client_uat=1"))], GOOD),
        sent("a cookie of another name", [cookie(format!("session={good}; __sessions={good}"))], BAD),
        sent("an empty cookie", [cookie("__session=".to_owned())], BAD),
        sent("a bad cookie", [cookie(format!("__session={bad}"))], BAD),
        sent("a cookie that is over", [cookie(format!("__session={over}"))], OVER),
        sent("a bad cookie and one that is over", [cookie(format!("__session={bad}; __session_a={over}"))], OVER),
        sent("another instance's cookie first", [cookie(format!("__session={bad}; __session_a={good}"))], GOOD),
        sent("seven junk cookies first", [cookie(format!("{}__session_x={good}", junk(7)))], GOOD),
        sent("nine cookies", [cookie(format!("__session={good}; {}", junk(8)))], BAD),
        sent("one cookie nine times", [cookie(format!("__session={good}; ").repeat(9))], GOOD),
        sent("another user's cookie first", [cookie(format!("__session={other}; __session_a={good}"))], BAD),
        sent("another user's cookie last", [cookie(format!("__session={good}; __session={other}"))], BAD),
        sent("eight cookies, one of another user", [cookie(two_users)], BAD),
        sent("two sessions of one user", [cookie(format!("__session={good}; __session_a={again}"))], GOOD),
        sent(
            "another user's cookie that is over",
            [cookie(format!("__session={other_over}; __session_a={good}"))],
            GOOD,
        ),
        sent("the user and who acts as them", [cookie(format!("__session={good}; __session_a={acting}"))], BAD),
        sent(
            "a good Bearer and a bad cookie",
            [authorization(&format!("Bearer {good}")), cookie(format!("__session={bad}"))],
            GOOD,
        ),
        sent("a bad Bearer and a good cookie", [authorization(&format!("Bearer {bad}")), good_cookie()], BAD),
        sent(
            "a Bearer that is over and a good cookie",
            [authorization(&format!("Bearer {over}")), good_cookie()],
            OVER,
        ),
        sent("an empty Bearer and a good cookie", [authorization("Bearer "), good_cookie()], BAD),
        sent("a password for somebody else and a good cookie", [authorization("Basic eDp5"), good_cookie()], GOOD),
    ];
    check(&issuer, cases).await;
}
