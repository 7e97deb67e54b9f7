//! Session tokens and signing keys for tests: valid ones, as an issuer would create them, and
//! invalid ones.

use std::sync::OnceLock;

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PSS_SHA256, RsaEncoding,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A signing key of a fake issuer.
pub struct Key {
    /// The key id in the header of tokens.
    pub kid: &'static str,
    pair: KeyPair,
}

/// Returns the key that the fake issuer publishes from the start.
pub fn first() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::new("first"))
}

/// Returns the key that the fake issuer rotates to.
pub fn second() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| Key::new("second"))
}

impl Key {
    fn new(kid: &'static str) -> Self {
        Self { kid, pair: KeyPair::generate(KeySize::Rsa2048).expect("a key pair") }
    }

    /// Returns the public key as an entry of a JWK set.
    pub fn public(&self) -> Value {
        let key = self.pair.public_key();
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": encoded(key.modulus().big_endian_without_leading_zero()),
            "e": encoded(key.exponent().big_endian_without_leading_zero()),
        })
    }

    /// Returns the header of a valid token signed with this key.
    pub fn header(&self) -> Value {
        json!({"alg": "RS256", "kid": self.kid, "typ": "JWT"})
    }

    /// Returns a valid token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    /// Returns a correctly signed token with this header and these claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// Returns a correctly signed token with the given header and claims, which need not be JSON.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        self.sign_by(&RSA_PKCS1_SHA256, header, claims)
    }

    /// Returns a token that is signed with RS384 or PS256 instead of RS256. Its header can name any
    /// algorithm.
    pub fn sign_otherwise(&self, algorithm: &str, header: &Value, claims: &Value) -> String {
        let encoding: &dyn RsaEncoding = match algorithm {
            "RS384" => &RSA_PKCS1_SHA384,
            _ => &RSA_PSS_SHA256,
        };
        self.sign_by(encoding, &header.to_string(), &claims.to_string())
    }

    fn sign_by(&self, encoding: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
        with_signature(header, claims, |message| {
            let mut signature = vec![0; self.pair.public_modulus_len()];
            self.pair.sign(encoding, &SystemRandom::new(), message, &mut signature).expect("a signature");
            signature
        })
    }

    /// Returns an HS256 token that uses the public key as its secret, as in a key confusion attack.
    pub fn sign_with_public_key_as_secret(&self, claims: &Value) -> String {
        let header = json!({"alg": "HS256", "kid": self.kid, "typ": "JWT"});
        let secret = hmac::Key::new(hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        with_signature(&header.to_string(), &claims.to_string(), |message| {
            hmac::sign(&secret, message).as_ref().to_vec()
        })
    }

    /// Returns an ES256 token that is correctly signed with a new elliptic curve key.
    pub fn sign_with_elliptic_curve(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.kid, "typ": "JWT"});
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
        with_signature(&header.to_string(), &claims.to_string(), |message| {
            pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
        })
    }
}

/// Returns a token with an empty signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    with_signature(&header.to_string(), &claims.to_string(), |_| Vec::new())
}

/// Returns the token with one of its three parts replaced.
pub fn with_part(token: &str, part: usize, replaced: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[part] = replaced;
    parts.join(".")
}

/// Encodes JSON as one of the three parts of a token.
pub fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// Returns a JWK set with these keys.
pub fn key_set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

/// Returns an elliptic curve key as an entry of a JWK set.
pub fn elliptic_curve_key(kid: &str) -> Value {
    let coordinate = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, kid.as_bytes()));
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": coordinate, "y": coordinate})
}

/// Returns a 1,024-bit RSA key as an entry of a JWK set.
pub fn short_key(kid: &str) -> Value {
    let modulus = URL_SAFE_NO_PAD.encode([0xff; 128]);
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": "AQAB"})
}

fn with_signature(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}
