//! Parses the published keys of an issuer (RFC 7517), and selects those that can verify session
//! tokens.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// Accepted sizes of an RSA modulus, in bits. A shorter key can be broken; a longer key makes each
/// signature check too expensive.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// Converts the key to the type of the JWT library.
    pub fn decoding_key(&self) -> DecodingKey {
        DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent)
    }
}

/// Public keys by their identifier (`kid`).
pub type KeysById = HashMap<String, PublicKey>;

/// The reason why a published document contains no usable keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnusableKeys {
    #[error("the response is not a JSON Web Key Set")]
    Malformed,
    /// The document has no key that could verify a session.
    #[error("the response has no RSA key for signatures")]
    Empty,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: String,
    e: String,
}

/// Parses a key set, and skips every key that cannot verify RS256 signatures.
///
/// # Errors
/// Returns [`UnusableKeys::Malformed`] if the document is not a key set, and
/// [`UnusableKeys::Empty`] if it has no usable key.
pub fn parse(document: &[u8]) -> Result<KeysById, UnusableKeys> {
    let document: Document = serde_json::from_slice(document).map_err(|_| UnusableKeys::Malformed)?;
    let keys: KeysById = document.keys.into_iter().filter_map(usable_key).collect();
    if keys.is_empty() { Err(UnusableKeys::Empty) } else { Ok(keys) }
}

fn usable_key(entry: Value) -> Option<(String, PublicKey)> {
    let entry: Entry = serde_json::from_value(entry).ok()?;
    let is_for_signatures = entry.purpose.is_none_or(|purpose| purpose == "sig");
    let is_for_rs256 = entry.alg.is_none_or(|algorithm| algorithm == "RS256");
    if entry.kty != "RSA" || entry.kid.is_empty() || !is_for_signatures || !is_for_rs256 {
        return None;
    }
    let key = DecodingKey::from_rsa_components(&entry.n, &entry.e).ok()?;
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else { return None };
    let key = PublicKey { modulus: without_leading_zeros(n), exponent: without_leading_zeros(e) };
    let bits = key.modulus.first().map_or(0, |first| key.modulus.len() * 8 - first.leading_zeros() as usize);
    (MODULUS_BITS.contains(&bits) && !key.exponent.is_empty()).then_some((entry.kid, key))
}

/// Strips leading zero bytes from a number, because some issuers include a sign byte.
fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|&byte| byte == 0).collect()
}
