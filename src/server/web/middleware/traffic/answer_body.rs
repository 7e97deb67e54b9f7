//! The body of an answer: counted until it has been sent.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::InFlight;

/// How much is handed to the connection at once.
const PORTION: usize = 64 * 1024;

/// An answer that is whole in memory.
///
/// It goes out in copies of its parts: with slices, a connection that nobody reads would keep the
/// whole of it alive for the last bytes, and as one piece nobody could tell when it was sent.
pub(super) struct HeldAnswer {
    rest: Bytes,
    request: Arc<InFlight>,
}

impl HeldAnswer {
    pub(super) fn new(rest: Bytes, request: Arc<InFlight>) -> Self {
        Self { rest, request }
    }
}

impl HttpBody for HeldAnswer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let portion = self.rest.len().min(PORTION);
        let portion = Bytes::copy_from_slice(&self.rest.split_to(portion));
        if self.rest.is_empty() {
            self.rest = Bytes::new();
            self.request.release();
        }
        Poll::Ready(Some(Ok(Frame::data(portion))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
