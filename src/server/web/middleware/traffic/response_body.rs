//! A response body whose bytes count against the traffic limits until they have been sent.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::InFlight;

/// Maximum number of bytes to pass to the connection in one chunk.
const CHUNK_SIZE: usize = 64 * 1024;

/// A response body that is completely in memory.
///
/// The body is sent in chunks that are copied from the buffer. If the chunks were slices of the
/// buffer, a client that stops reading before the last bytes would keep the whole buffer in memory.
/// If the body were sent as a single chunk, its bytes would no longer count toward the limits once
/// the connection had received that chunk, even if the client had not read it yet.
pub(super) struct HeldResponse {
    rest: Bytes,
    request: Arc<InFlight>,
}

impl HeldResponse {
    pub(super) fn new(rest: Bytes, request: Arc<InFlight>) -> Self {
        Self { rest, request }
    }
}

impl HttpBody for HeldResponse {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let chunk = self.rest.len().min(CHUNK_SIZE);
        let chunk = Bytes::copy_from_slice(&self.rest.split_to(chunk));
        if self.rest.is_empty() {
            self.rest = Bytes::new();
            self.request.release();
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
