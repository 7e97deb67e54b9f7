//! JSON objects that are encoded once and sent many times, although a few of their fields differ each time.
//!
//! The fields that differ come first, written anew for each answer; the rest is kept, plain and compressed. A gzip
//! stream is spliced the same way: a stored block with the head, the kept deflate blocks, and a checksum that is
//! combined from those of both parts (RFC 1951 §3.2.4, RFC 1952 §2.2).

use std::{io::Write, sync::OnceLock};

use crc32fast::Hasher;
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;
use serde_json::{Map, Value};

/// Magic number, deflate, no flags, no time, no hints, unknown system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A JSON object without the fields that are written fresh.
#[derive(Debug)]
pub struct Spliced {
    /// What stands before the object.
    prefix: String,
    /// From after the object's opening brace on.
    rest: Vec<u8>,
    compressed: OnceLock<Compressed>,
}

#[derive(Debug)]
struct Compressed {
    deflated: Vec<u8>,
    checksum: Hasher,
}

impl Spliced {
    /// The object that `value` is, without the fields named `fresh`.
    pub fn new(value: &impl Serialize, fresh: &[&str]) -> Self {
        let mut object = object(value);
        object.retain(|name, _| !fresh.contains(&name.as_str()));
        let rest = Value::Object(object).to_string().split_off(1).into_bytes();
        Self { prefix: String::new(), rest, compressed: OnceLock::new() }
    }

    /// An object whose only field `name` is the object that `value` is, as serde writes a variant
    /// of an enum.
    pub fn variant(name: &str, value: &impl Serialize, fresh: &[&str]) -> Self {
        let mut spliced = Self::new(value, fresh);
        spliced.prefix = format!("{{{}:", Value::from(name));
        spliced.rest.push(b'}');
        spliced
    }

    /// The object with these fields.
    pub fn json(&self, fresh: &impl Serialize) -> Vec<u8> {
        let mut out = self.head(fresh);
        out.extend_from_slice(&self.rest);
        out
    }

    /// The same, compressed with gzip.
    pub fn gzip(&self, fresh: &impl Serialize) -> Vec<u8> {
        let compressed = self.compressed.get_or_init(|| Compressed::new(&self.rest));
        let head = self.head(fresh);
        let mut out = Vec::with_capacity(compressed.deflated.len() + head.len() + 32);
        out.extend_from_slice(&GZIP_HEADER);
        // A stored block that is not the last one: its length, and the length's complement. The head is some 100 bytes.
        let length = u16::try_from(head.len()).unwrap_or(u16::MAX);
        out.push(0);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(&compressed.deflated);
        let mut checksum = Hasher::new();
        checksum.update(&head);
        checksum.combine(&compressed.checksum);
        out.extend_from_slice(&checksum.finalize().to_le_bytes());
        let size = head.len() + self.rest.len();
        #[allow(clippy::cast_possible_truncation)] // gzip keeps the length modulo 2^32
        out.extend_from_slice(&(size as u32).to_le_bytes());
        out
    }

    /// Brace and fresh fields, up to where the rest goes on.
    fn head(&self, fresh: &impl Serialize) -> Vec<u8> {
        let mut head = self.prefix.clone().into_bytes();
        let fresh = object(fresh);
        let is_empty = fresh.is_empty();
        head.extend_from_slice(Value::Object(fresh).to_string().as_bytes());
        head.pop();
        if !is_empty && !self.rest.starts_with(b"}") {
            head.push(b',');
        }
        head
    }
}

impl Compressed {
    fn new(rest: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing into memory cannot fail.
        let _ = encoder.write_all(rest);
        let mut checksum = Hasher::new();
        checksum.update(rest);
        Self { deflated: encoder.finish().unwrap_or_default(), checksum }
    }
}

fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::Spliced;

    fn unpacked(bytes: &[u8]) -> Value {
        let mut text = String::new();
        GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_fields_that_differ_are_those_of_this_moment() {
        let spliced = Spliced::new(&json!({"time": "old", "name": "Growth"}), &["time"]);
        let expected = json!({"time": "new", "name": "Growth"});
        assert_eq!(serde_json::from_slice::<Value>(&spliced.json(&json!({"time": "new"}))).unwrap(), expected);
        assert_eq!(unpacked(&spliced.gzip(&json!({"time": "new"}))), expected);
    }

    #[test]
    fn nothing_fresh_and_nothing_kept_are_objects_too() {
        let spliced = Spliced::new(&json!({"time": 1}), &["time"]);
        assert_eq!(spliced.json(&json!({})), b"{}");
        assert_eq!(spliced.json(&json!({"time": 2})), b"{\"time\":2}");
    }

    #[test]
    fn splices_a_variant_of_an_enum() {
        let spliced = Spliced::variant("changed", &json!({"time": "old", "name": "Growth"}), &["time"]);
        let expected = json!({"changed": {"time": "new", "name": "Growth"}});
        assert_eq!(serde_json::from_slice::<Value>(&spliced.json(&json!({"time": "new"}))).unwrap(), expected);
        assert_eq!(unpacked(&spliced.gzip(&json!({"time": "new"}))), expected);
    }

    proptest! {
        /// The checksum and length of two parts are those of the whole, whatever is in them.
        #[test]
        fn both_encodings_hold_the_same(kept in ".{0,5000}", fresh in ".{0,200}", number in any::<u64>()) {
            let spliced = Spliced::new(&json!({"kept": kept, "fresh": 0}), &["fresh"]);
            let expected = json!({"kept": kept, "fresh": fresh, "number": number});
            let now = json!({"fresh": fresh, "number": number});
            prop_assert_eq!(serde_json::from_slice::<Value>(&spliced.json(&now)).unwrap(), expected.clone());
            prop_assert_eq!(unpacked(&spliced.gzip(&now)), expected);
        }
    }
}
