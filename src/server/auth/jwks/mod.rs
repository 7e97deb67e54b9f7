//! The published keys of an issuer, as they are written (RFC 7517), and which of them can verify a session.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// The sizes of a modulus that are accepted, in bits: a shorter one can be broken, a longer one costs too much to use.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// As the library that verifies wants it.
    pub fn decoding_key(&self) -> DecodingKey {
        DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent)
    }
}

/// Keys by their identifier.
pub type KeysById = HashMap<String, PublicKey>;

/// Why a document gives no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnusableKeys {
    /// Not a key set.
    #[error("the answer is not a JSON Web Key Set")]
    Malformed,
    /// None that could verify a session.
    #[error("the answer has no RSA key for signatures")]
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

/// Reads a key set. Keys for anything but RS256 are passed over.
///
/// # Errors
/// When no key is left.
pub fn parse(document: &[u8]) -> Result<KeysById, UnusableKeys> {
    let document: Document = serde_json::from_slice(document).map_err(|_| UnusableKeys::Malformed)?;
    let keys: KeysById = document.keys.into_iter().filter_map(usable).collect();
    if keys.is_empty() { Err(UnusableKeys::Empty) } else { Ok(keys) }
}

fn usable(entry: Value) -> Option<(String, PublicKey)> {
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

/// Some issuers write the sign byte of the number too.
fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|&byte| byte == 0).collect()
}
