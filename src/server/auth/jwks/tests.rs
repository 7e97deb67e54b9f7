use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{UnusableKeys, parse};

/// Returns a made-up RSA key with a modulus of `bits` bits.
fn rsa(kid: &str, bits: usize) -> Value {
    let mut modulus = vec![0xff_u8; bits.div_ceil(8)];
    modulus[0] >>= modulus.len() * 8 - bits;
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"})
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

fn kids(keys: &[Value]) -> Result<Vec<String>, UnusableKeys> {
    parse(json!({"keys": keys}).to_string().as_bytes()).map(|keys| {
        let mut kids: Vec<_> = keys.into_keys().collect();
        kids.sort();
        kids
    })
}

#[test]
fn accepts_rs256_signature_keys() {
    let plain = with(with(rsa("b", 2048), "use", json!(null)), "alg", json!(null));
    assert_eq!(kids(&[rsa("a", 2048), plain, rsa("c", 4096)]).unwrap(), ["a", "b", "c"]);
}

#[test]
fn skips_all_other_keys() {
    let good = rsa("good", 2048);
    let others = [
        json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AQAB", "y": "AQAB", "use": "sig"}),
        json!({"kty": "oct", "kid": "secret", "k": "AQAB"}),
        with(good.clone(), "kty", json!("EC")),
        with(good.clone(), "use", json!("enc")),
        with(good.clone(), "alg", json!("RS512")),
        with(good.clone(), "alg", json!("PS256")),
        with(good.clone(), "kid", json!("")),
        with(good.clone(), "kid", json!(null)),
        with(good.clone(), "n", json!("not base64!")),
        with(good.clone(), "e", json!("")),
        with(good.clone(), "n", json!(17)),
        json!("a string"),
    ];
    for other in others {
        assert_eq!(kids(std::slice::from_ref(&other)), Err(UnusableKeys::Empty), "{other}");
        assert_eq!(kids(&[other, good.clone()]).unwrap(), ["good"]);
    }
}

#[test]
fn limits_key_length() {
    for (bits, is_accepted) in [(1024, false), (2047, false), (2048, true), (8192, true), (8193, false)] {
        assert_eq!(kids(&[rsa("a", bits)]).is_ok(), is_accepted, "{bits}");
    }
}

#[test]
fn ignores_leading_zeros_in_key_length() {
    let padded = |zeros: usize, bits: usize| {
        let modulus = [vec![0; zeros], vec![0xff; bits / 8]].concat();
        with(rsa("a", 2048), "n", json!(URL_SAFE_NO_PAD.encode(modulus)))
    };
    assert!(kids(&[padded(128, 1024)]).is_err());
    assert_eq!(
        parse(json!({"keys": [padded(1, 2048)]}).to_string().as_bytes()),
        parse(json!({"keys": [padded(0, 2048)]}).to_string().as_bytes()),
    );
}

#[test]
fn reports_malformed_key_set() {
    for text in ["", "{", "[]", "{}", r#"{"keys": {}}"#, "<html>"] {
        assert_eq!(parse(text.as_bytes()), Err(UnusableKeys::Malformed), "{text}");
    }
    assert_eq!(parse(br#"{"keys": []}"#), Err(UnusableKeys::Empty));
}
