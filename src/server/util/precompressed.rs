//! JSON that is encoded and compressed once and sent many times.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

/// A value encoded as JSON, both plain and compressed with gzip.
#[derive(Debug)]
pub struct PrecompressedJson {
    json: Arc<[u8]>,
    /// The compressed JSON. It is computed on first use.
    gzip: OnceLock<Arc<[u8]>>,
}

impl PrecompressedJson {
    /// Encodes `value` as JSON. All keys of its maps must be strings.
    pub fn new(value: &impl Serialize) -> Self {
        // Serializing to memory cannot fail if all map keys are strings.
        Self { json: serde_json::to_vec(value).unwrap_or_default().into(), gzip: OnceLock::new() }
    }

    pub fn json(&self) -> Arc<[u8]> {
        self.json.clone()
    }

    /// Returns the JSON compressed with gzip. The first call compresses it.
    pub fn gzip(&self) -> Arc<[u8]> {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            // Writing into memory cannot fail.
            let _ = encoder.write_all(&self.json);
            encoder.finish().unwrap_or_default().into()
        };
        self.gzip.get_or_init(compress).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Arc, PrecompressedJson};

    proptest! {
        #[test]
        fn encodes_same_value_plain_and_compressed(text in ".{0,5000}", number in any::<u64>()) {
            let value = json!({"text": text, "number": number});
            let encoded = PrecompressedJson::new(&value);
            prop_assert_eq!(serde_json::from_slice::<Value>(&encoded.json()).unwrap(), value);
            let mut unpacked = Vec::new();
            GzDecoder::new(&*encoded.gzip()).read_to_end(&mut unpacked).unwrap();
            prop_assert_eq!(unpacked.as_slice(), &*encoded.json());
        }
    }

    #[test]
    fn compresses_once() {
        let encoded = PrecompressedJson::new(&json!({"name": "Growth"}));
        assert!(Arc::ptr_eq(&encoded.gzip(), &encoded.gzip()));
    }
}
