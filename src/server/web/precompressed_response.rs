//! Builds responses from JSON that was encoded and compressed in advance.

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::server::util::precompressed::PrecompressedJson;

/// The content coding of a response (RFC 9110 §8.4).
#[derive(Clone, Copy)]
pub enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// Returns `Gzip` if the client's `Accept-Encoding` header allows it (RFC 9110 §12.5.3), and
    /// `Identity` otherwise.
    pub fn accepted_by(headers: &HeaderMap) -> Self {
        let Some(accepted) = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else {
            return Self::Identity;
        };
        let weight = |wanted: &str| {
            accepted.split(',').find_map(|coding| {
                let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
                let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
                (name.trim() == wanted).then_some(!is_refused)
            })
        };
        // A coding that the client names takes precedence over the wildcard `*`.
        if weight("gzip").or_else(|| weight("*")).unwrap_or(false) { Self::Gzip } else { Self::Identity }
    }
}

/// Builds a response from JSON that was encoded and compressed once for many clients. The bytes are
/// not copied.
pub fn precompressed_response(json: &PrecompressedJson, coding: Coding) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    match coding {
        Coding::Gzip => {
            (content_type, [(header::CONTENT_ENCODING, "gzip")], Bytes::from_owner(json.gzip())).into_response()
        }
        Coding::Identity => (content_type, Bytes::from_owner(json.json())).into_response(),
    }
}
