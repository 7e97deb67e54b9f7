//! Tests valid and invalid session tokens, sent to the server over a real socket. Each test is a
//! table of requests and the expected responses.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::tokens::{Key, encoded, first, second, unsigned, with_part};

use crate::{
    harness::TestServer,
    issuer::{APP, Issuer, NOW},
};

const DAY: i64 = 86_400;

/// The expected response to a request with a valid session.
const GOOD: (u16, &str) = (200, "");
/// The expected response to a request whose session is missing or invalid.
const BAD: (u16, &str) = (401, "unauthenticated");
/// The expected response to a request whose session was valid but has expired.
const EXPIRED: (u16, &str) = (401, "session_expired");

/// A request with a name for failure messages, and the status and error code that its response must
/// have.
struct Case {
    name: &'static str,
    headers: Vec<(&'static str, String)>,
    expected: (u16, &'static str),
}

fn case<const N: usize>(
    name: &'static str,
    headers: [(&'static str, String); N],
    expected: (u16, &'static str),
) -> Case {
    Case { name, headers: headers.into(), expected }
}

fn bearer(name: &'static str, token: impl Into<String>, expected: (u16, &'static str)) -> Case {
    case(name, [("authorization", format!("Bearer {}", token.into()))], expected)
}

async fn send(server: &TestServer, case: &Case) -> (u16, String) {
    let mut request = server.client.get(format!("{}/api/v1/onboarding/portfolios", server.base));
    for (name, value) in &case.headers {
        request = request.header(*name, value);
    }
    let response = request.send().await.unwrap();
    let (status, challenge) = (response.status(), response.headers().get("www-authenticate").cloned());
    assert_eq!(status == StatusCode::UNAUTHORIZED, challenge.is_some_and(|with| with == "Bearer"), "{}", case.name);
    let body: Value = response.json().await.unwrap();
    (status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

async fn check(issuer: &Issuer, cases: Vec<Case>) {
    let server = issuer.server().await;
    let mut failures = Vec::new();
    for case in &cases {
        let (status, code) = send(&server, case).await;
        if (status, code.as_str()) != case.expected {
            failures.push(format!("{}: {status} {code}, not {:?}", case.name, case.expected));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test]
async fn checks_claims_of_tokens() {
    let issuer = Issuer::start().await;
    let claiming = |name, changes: Value, expected| bearer(name, first().token(&issuer.claims_with(changes)), expected);
    let text = |name, claims: String| bearer(name, first().sign_text(&first().header().to_string(), &claims), BAD);
    let twice = |claim: &str| issuer.claims().to_string().replacen('{', &format!("{{{claim},"), 1);
    let cases = vec![
        claiming("all claims valid", json!({}), GOOD),
        claiming("no optional claim", json!({"nbf": null, "iat": null, "sts": null}), GOOD),
        claiming("an unknown claim", json!({"fva": [1, -1], "pla": "u:free"}), GOOD),
        claiming("no sub", json!({"sub": null}), BAD),
        claiming("an empty sub", json!({"sub": ""}), BAD),
        claiming("a number as sub", json!({"sub": 17}), BAD),
        claiming("a list as sub", json!({"sub": ["user_1"]}), BAD),
        claiming("no sid", json!({"sid": null}), BAD),
        claiming("an empty sid", json!({"sid": ""}), BAD),
        claiming("no exp", json!({"exp": null}), BAD),
        claiming("a string as exp", json!({"exp": (NOW + 50).to_string()}), BAD),
        claiming("a fraction as exp", json!({"exp": 1_800_000_050.5}), BAD),
        claiming("an exp over the maximum of i64", json!({"exp": u64::MAX}), BAD),
        claiming("an exp at the maximum of i64", json!({"exp": i64::MAX}), BAD),
        claiming("an iat at the minimum of i64", json!({"iat": i64::MIN}), BAD),
        claiming("a lifetime of a day", json!({"exp": NOW - 10 + DAY}), GOOD),
        claiming("a lifetime of a day and a second", json!({"exp": NOW - 9 + DAY}), BAD),
        claiming("a lifetime of a year, almost expired", json!({"iat": NOW - 365 * DAY, "nbf": null}), BAD),
        claiming("a day left, without iat", json!({"exp": NOW + DAY, "iat": null}), GOOD),
        claiming("more than a day left, without iat", json!({"exp": NOW + DAY + 31, "iat": null}), BAD),
        claiming("expired 29 s ago", json!({"exp": NOW - 29}), GOOD),
        claiming("expired 30 s ago", json!({"exp": NOW - 30}), EXPIRED),
        claiming("expired a year ago", json!({"exp": NOW - 365 * DAY, "iat": NOW - 365 * DAY - 60}), EXPIRED),
        claiming("expired, and of another issuer", json!({"exp": NOW - 60, "iss": "https://evil.example"}), BAD),
        claiming("valid in 30 s", json!({"nbf": NOW + 30}), GOOD),
        claiming("valid in 31 s", json!({"nbf": NOW + 31}), BAD),
        claiming("a string as nbf", json!({"nbf": "soon"}), BAD),
        claiming("issued in 30 s", json!({"iat": NOW + 30}), GOOD),
        claiming("issued in 31 s", json!({"iat": NOW + 31}), BAD),
        claiming("no issuer", json!({"iss": null}), BAD),
        claiming("another issuer", json!({"iss": "https://evil.example"}), BAD),
        claiming("the issuer with a suffix", json!({"iss": format!("{}/", issuer.base)}), BAD),
        claiming("the issuer in a list", json!({"iss": [issuer.base]}), BAD),
        claiming("the second authorized party", json!({"azp": "http://localhost:3000"}), GOOD),
        claiming("no authorized party", json!({"azp": null}), BAD),
        claiming("an unknown authorized party", json!({"azp": "https://evil.example"}), BAD),
        claiming("an authorized party with a suffix", json!({"azp": format!("{APP}.evil.example")}), BAD),
        claiming("a pending session", json!({"sts": "pending"}), BAD),
        claiming("pending in a list", json!({"sts": ["pending"]}), BAD),
        claiming("an impersonator", json!({"act": {"sub": "user_9"}}), GOOD),
        text("sub twice", twice(r#""sub":"user_2""#)),
        text("exp twice", twice(r#""exp":1"#)),
        text("claims that are not an object", "[]".to_owned()),
        text("claims that are not JSON", "{".to_owned()),
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
    let signed_by_second = |changes| second().sign(&header(changes), &claims);
    let signed_with = |algorithm| first().sign_otherwise(algorithm, &header(json!({"alg": algorithm})), &claims);
    let flipped = {
        let last = if good.ends_with('A') { 'Q' } else { 'A' };
        format!("{}{last}", &good[..good.len() - 1])
    };
    let cases = vec![
        bearer("correctly signed", good.clone(), GOOD),
        with("without a type", json!({"typ": null}), GOOD),
        with("of another type", json!({"typ": "at+jwt"}), BAD),
        with("without a key id", json!({"kid": null}), BAD),
        with("with an empty key id", json!({"kid": ""}), BAD),
        with("with a number as key id", json!({"kid": 1}), BAD),
        with("with an unknown key id", json!({"kid": "unknown"}), BAD),
        with("with the id of another key", json!({"kid": "second"}), BAD),
        with("with critical extensions", json!({"crit": ["exp"]}), BAD),
        with("with an empty list of critical extensions", json!({"crit": []}), BAD),
        with("RS256 called RS512", json!({"alg": "RS512"}), BAD),
        with("RS256 called HS256", json!({"alg": "HS256"}), BAD),
        with("RS256 called none", json!({"alg": "none"}), BAD),
        with("without an algorithm", json!({"alg": null}), BAD),
        with("with a certificate chain, which is ignored", json!({"x5c": ["AAAA"]}), GOOD),
        with("with a key URL, which is ignored", json!({"jku": elsewhere}), GOOD),
        bearer("RS384", signed_with("RS384"), BAD),
        bearer("PS256", signed_with("PS256"), BAD),
        bearer("RS384 called RS256", first().sign_otherwise("RS384", &first().header(), &claims), BAD),
        bearer("HS256 with the public key as secret", first().sign_with_public_key_as_secret(&claims), BAD),
        bearer("ES256", first().sign_with_elliptic_curve(&claims), BAD),
        bearer("unsigned", unsigned(&header(json!({"alg": "none"})), &claims), BAD),
        bearer("unsigned, but called RS256", unsigned(&first().header(), &claims), BAD),
        bearer("by another key", signed_by_second(json!({})), BAD),
        bearer("by a key in the token itself", signed_by_second(json!({"jwk": second().public()})), BAD),
        bearer("by a key at a URL in the token", signed_by_second(json!({"jku": elsewhere, "kid": "second"})), BAD),
        bearer("other claims under the signature", with_part(&good, 1, &encoded(&other_user(&issuer))), BAD),
        bearer("another header over the signature", with_part(&good, 0, &encoded(&header(json!({"typ": null})))), BAD),
        bearer("a signature with one letter changed", flipped, BAD),
        bearer("without its signature", good.rsplit_once('.').unwrap().0, BAD),
        bearer("with an empty signature", with_part(&good, 2, ""), BAD),
        bearer("with a fourth part", format!("{good}.AAAA"), BAD),
        bearer("with padding", format!("{good}=="), BAD),
        bearer("with a space in it", good.replacen('.', ". ", 1), BAD),
        bearer("too long", long_token(first(), &issuer, 20_000), BAD),
        bearer("long", long_token(first(), &issuer, 3_000), GOOD),
        bearer("junk", "junk", BAD),
        bearer("dots", "..", BAD),
    ];
    check(&issuer, cases).await;
    assert_eq!(issuer.stray_requests(), 0, "the server fetches keys only from the issuer");
}

fn other_user(issuer: &Issuer) -> Value {
    issuer.claims_with(json!({"sub": "user_2"}))
}

fn long_token(key: &Key, issuer: &Issuer, letters: usize) -> String {
    key.token(&issuer.claims_with(json!({"more": "x".repeat(letters)})))
}

#[tokio::test]
async fn checks_headers_that_carry_tokens() {
    let issuer = Issuer::start().await;
    let good = issuer.token_of("user_1");
    let bad = second().sign(&first().header(), &issuer.claims());
    let expired = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let authorization = |value: &str| ("authorization", value.to_owned());
    let cookie = |cookies: String| ("cookie", cookies);
    let good_cookie = || cookie(format!("__session={good}"));
    let (other, other_expired) =
        (issuer.token_of("user_2"), first().token(&issuer.claims_with(json!({"sub": "user_2", "exp": NOW - 60}))));
    let again = first().token(&issuer.claims_with(json!({"sid": "sess_2"})));
    let acting = first().token(&issuer.claims_with(json!({"act": {"sub": "user_9"}})));
    // Returns a cookie header with `count` session tokens that are well formed but have wrong
    // signatures.
    let junk = |count: usize| {
        let cookies = (0..count).map(|number| format!("__session={}{number}; ", &bad[..bad.len() - 1]));
        cookies.collect::<Vec<_>>().concat()
    };
    let two_users = format!("{}__session={good}; __session_a={other}", junk(6));
    let cases = vec![
        case("no token", [], BAD),
        case("Bearer in lower case", [authorization(&format!("bearer {good}"))], GOOD),
        case("Bearer twice", [authorization(&format!("Bearer Bearer {good}"))], BAD),
        case("without Bearer", [authorization(&good)], BAD),
        case("Basic instead of Bearer", [authorization(&format!("Basic {good}"))], BAD),
        case("two Authorization headers", [(); 2].map(|()| authorization(&format!("Bearer {good}"))), BAD),
        case("two tokens in one header", [authorization(&format!("Bearer {good}, Bearer {good}"))], BAD),
        case("an empty Bearer", [authorization("Bearer")], BAD),
        case("a cookie", [good_cookie()], GOOD),
        case("a cookie with a suffix", [cookie(format!("__session_aB3-x_={good}"))], GOOD),
        case("a cookie among others", [cookie(format!("a=b; __session={good}; __client_uat=1"))], GOOD),
        case("a cookie of another name", [cookie(format!("session={good}; __sessions={good}"))], BAD),
        case("an empty cookie", [cookie("__session=".to_owned())], BAD),
        case("a bad cookie", [cookie(format!("__session={bad}"))], BAD),
        case("an expired cookie", [cookie(format!("__session={expired}"))], EXPIRED),
        case("a bad and an expired cookie", [cookie(format!("__session={bad}; __session_a={expired}"))], EXPIRED),
        case("another instance's cookie first", [cookie(format!("__session={bad}; __session_a={good}"))], GOOD),
        case("seven junk cookies first", [cookie(format!("{}__session_x={good}", junk(7)))], GOOD),
        case("nine cookies", [cookie(format!("__session={good}; {}", junk(8)))], BAD),
        case("one cookie nine times", [cookie(format!("__session={good}; ").repeat(9))], GOOD),
        case("another user's cookie first", [cookie(format!("__session={other}; __session_a={good}"))], BAD),
        case("another user's cookie last", [cookie(format!("__session={good}; __session={other}"))], BAD),
        case("eight cookies, one of another user", [cookie(two_users)], BAD),
        case("two sessions of one user", [cookie(format!("__session={good}; __session_a={again}"))], GOOD),
        case("another user's expired cookie", [cookie(format!("__session={other_expired}; __session_a={good}"))], GOOD),
        case(
            "cookies of the user and of an impersonator",
            [cookie(format!("__session={good}; __session_a={acting}"))],
            BAD,
        ),
        case(
            "a good Bearer and a bad cookie",
            [authorization(&format!("Bearer {good}")), cookie(format!("__session={bad}"))],
            GOOD,
        ),
        case("a bad Bearer and a good cookie", [authorization(&format!("Bearer {bad}")), good_cookie()], BAD),
        case(
            "an expired Bearer and a good cookie",
            [authorization(&format!("Bearer {expired}")), good_cookie()],
            EXPIRED,
        ),
        case("an empty Bearer and a good cookie", [authorization("Bearer "), good_cookie()], BAD),
        case("a Basic password and a good cookie", [authorization("Basic eDp5"), good_cookie()], GOOD),
    ];
    check(&issuer, cases).await;
}
