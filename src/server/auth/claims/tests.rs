use serde_json::{Value, json};

use super::{Actor, Claims, MAX_LIFETIME_SECONDS, Refusal, Session, Skew, TokenRules};

const NOW: i64 = 1_800_000_000;

fn rules(parties: &[&str]) -> TokenRules {
    let authorized_parties = parties.iter().map(|&party| party.to_owned()).collect();
    TokenRules { issuer: "https://issuer.example".to_owned(), authorized_parties }
}

/// Applies `changes` to valid claims, then checks them. A change to `null` removes a claim.
fn check(changes: Value, rules: &TokenRules) -> Result<Session, Refusal> {
    let mut claims = json!({
        "iss": "https://issuer.example", "sub": "user_1", "sid": "sess_1",
        "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 50, "azp": "https://app.example",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claims: Claims = serde_json::from_value(claims).unwrap();
    claims.check(rules, NOW * 1000).map(|(session, _)| session)
}

#[test]
fn accepts_good_claims() {
    let session = Session { user_id: "user_1".to_owned(), session_id: "sess_1".to_owned(), actor: None };
    assert_eq!(check(json!({}), &rules(&[])), Ok(session));
}

#[test]
fn requires_subject_session_and_expiry() {
    for name in ["sub", "sid", "exp"] {
        assert_eq!(check(json!({name: null}), &rules(&[])), Err(Refusal::MissingClaim(name)));
    }
    for name in ["sub", "sid"] {
        assert_eq!(check(json!({name: ""}), &rules(&[])), Err(Refusal::MissingClaim(name)), "empty");
    }
}

#[test]
fn accepts_only_configured_issuer() {
    for issuer in [json!("https://other.example"), json!("https://issuer.example/"), json!(null)] {
        assert_eq!(check(json!({"iss": issuer}), &rules(&[])), Err(Refusal::Issuer));
    }
}

#[test]
fn accepts_only_listed_parties() {
    let listed = rules(&["https://old.example", "https://app.example"]);
    assert!(check(json!({}), &listed).is_ok());
    for party in [json!("https://evil.example"), json!("https://app.example.evil.example"), json!(null)] {
        assert_eq!(check(json!({"azp": party}), &listed), Err(Refusal::AuthorizedParty));
    }
    assert!(check(json!({"azp": "https://evil.example"}), &rules(&[])).is_ok(), "no list");
}

#[test]
fn refuses_pending_session() {
    assert_eq!(check(json!({"sts": "pending"}), &rules(&[])), Err(Refusal::Pending));
    assert!(check(json!({"sts": "active"}), &rules(&[])).is_ok());
}

#[test]
fn accepts_clocks_thirty_seconds_apart() {
    let times = [
        (json!({"exp": NOW - 29}), Ok(())),
        (json!({"exp": NOW - 30}), Err(Refusal::Expired)),
        (json!({"nbf": NOW + 30}), Ok(())),
        (json!({"nbf": NOW + 31}), Err(Refusal::NotYet)),
        (json!({"iat": NOW + 30}), Ok(())),
        (json!({"iat": NOW + 31}), Err(Refusal::NotYet)),
        (json!({"nbf": null, "iat": null}), Ok(())),
    ];
    for (changes, expected) in times {
        assert_eq!(check(changes.clone(), &rules(&[])).map(|_| ()), expected, "{changes}");
    }
}

#[test]
fn refuses_lifetimes_over_a_day() {
    let issued = NOW - 10;
    for (changes, expected) in [
        (json!({"exp": issued + MAX_LIFETIME_SECONDS}), Ok(())),
        (json!({"exp": issued + MAX_LIFETIME_SECONDS + 1}), Err(Refusal::LivesTooLong)),
        (json!({"iat": NOW + 50 - MAX_LIFETIME_SECONDS}), Ok(())),
        (json!({"iat": NOW + 49 - MAX_LIFETIME_SECONDS}), Err(Refusal::LivesTooLong)),
        (json!({"iat": null, "exp": NOW + MAX_LIFETIME_SECONDS + 30}), Ok(())),
        (json!({"iat": null, "exp": NOW + MAX_LIFETIME_SECONDS + 31}), Err(Refusal::LivesTooLong)),
    ] {
        assert_eq!(check(changes.clone(), &rules(&[])).map(|_| ()), expected, "{changes}");
    }
}

#[test]
fn measures_clock_skew_in_seconds() {
    let skew = |iat: i64, nbf: i64, exp: i64| {
        let claims: Claims = serde_json::from_value(json!({"iat": iat, "nbf": nbf, "exp": exp})).unwrap();
        claims.lifetime().unwrap().skew(NOW * 1000)
    };
    for (times, expected) in [
        ((NOW, NOW - 10, NOW + 60), None),
        ((NOW + 1, NOW - 9, NOW + 61), Some(Skew::Behind { seconds: 1 })),
        ((NOW + 35, NOW + 25, NOW + 95), Some(Skew::Behind { seconds: 35 })),
        ((NOW - 60, NOW + 2, NOW + 60), Some(Skew::Behind { seconds: 2 })),
        ((NOW - 60, NOW - 70, NOW), None),
        ((NOW - 61, NOW - 71, NOW - 1), Some(Skew::PerhapsAhead { seconds: 1 })),
        ((NOW - 360, NOW - 370, NOW - 300), Some(Skew::PerhapsAhead { seconds: 300 })),
        ((NOW - 361, NOW - 371, NOW - 301), None),
        ((i64::MIN, i64::MIN, i64::MAX), None),
        ((i64::MIN, i64::MIN, i64::MIN), None),
    ] {
        assert_eq!(skew(times.0, times.1, times.2), expected, "{times:?}");
    }
}

#[test]
fn handles_extreme_times_without_overflow() {
    assert_eq!(check(json!({"exp": i64::MAX}), &rules(&[])), Err(Refusal::LivesTooLong));
    assert_eq!(check(json!({"exp": i64::MAX, "iat": null}), &rules(&[])), Err(Refusal::LivesTooLong));
    assert_eq!(check(json!({"exp": i64::MIN}), &rules(&[])), Err(Refusal::Expired));
    assert_eq!(check(json!({"nbf": i64::MAX}), &rules(&[])), Err(Refusal::NotYet));
    assert_eq!(check(json!({"iat": i64::MIN}), &rules(&[])), Err(Refusal::LivesTooLong));
}

#[test]
fn reports_other_defects_before_expiry() {
    let expired = |name: &str, value: &str| check(json!({"exp": NOW - 60, name: value}), &rules(&[]));
    assert_eq!(expired("iss", "https://other.example"), Err(Refusal::Issuer));
    assert_eq!(expired("sts", "pending"), Err(Refusal::Pending));
}

#[test]
fn reports_actor_for_any_act_claim() {
    let actor = |act: Value| check(json!({"act": act}), &rules(&[])).unwrap().actor;
    assert_eq!(actor(json!({"sub": "user_9", "iss": "x"})), Some(Actor("user_9".to_owned())));
    assert!(actor(json!({})).is_some() && actor(json!("")).is_some() && actor(json!(false)).is_some());
    assert_eq!(actor(json!(null)), None);
}

#[test]
fn rejects_mistyped_and_repeated_claims() {
    for text in [
        r#"{"sub": 17}"#,
        r#"{"sub": ["user_1"]}"#,
        r#"{"exp": "1800000050"}"#,
        r#"{"exp": 1800000050.5}"#,
        r#"{"exp": 18446744073709551615}"#,
        r#"{"sts": ["pending"]}"#,
        r#"{"azp": {}}"#,
        r#"{"sub": "user_1", "sub": "user_2"}"#,
        r#"{"act": null, "act": {"sub": "user_9"}}"#,
        r"[]",
    ] {
        assert!(serde_json::from_str::<Claims>(text).is_err(), "{text}");
    }
}
