//! The body of a request as it arrives: counted, and refused where it comes too slowly.

#[cfg(test)]
mod tests;

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::{InFlight, Overload};

/// The least rate, in bytes a second, once [`GRACE`] is over.
const LEAST_RATE: u32 = 1_000;

/// How long a body may arrive at any rate.
const GRACE: Duration = Duration::from_secs(10);

/// Longest pause between bytes; shorter than a handler's limit, or the handler would be blamed.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// How long a whole body may take.
const LONGEST: Duration = Duration::from_mins(2);

/// Most bytes passed on at once, because the multipart reader buffers everything it gets.
const PORTION: usize = 64 * 1024;

/// Why a body is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It comes too slowly.
    Slow,
    /// It exceeds a traffic limit.
    Overload(Overload),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a body was not read to its end")
    }
}

impl Error for BodyFault {}

/// Returns the body fault that caused an extractor's error, if one did.
pub fn fault_of(error: &(dyn Error + 'static)) -> Option<BodyFault> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref() {
            return Some(*fault);
        }
        next = error.source();
    }
    None
}

/// A body that counts among what its request holds.
pub(super) struct ArrivingBody {
    body: Body,
    request: Arc<InFlight>,
    received: usize,
    /// Bytes passed on since the last pause.
    passed_on: usize,
    /// When the body was first awaited.
    begun: Option<Instant>,
    /// When bytes last came.
    moved: Option<Instant>,
    /// Wakes when the body is too slow, unless more of it has come.
    too_slow: Option<Pin<Box<Sleep>>>,
}

impl ArrivingBody {
    pub(super) fn new(body: Body, request: Arc<InFlight>) -> Self {
        Self { body, request, received: 0, passed_on: 0, begun: None, moved: None, too_slow: None }
    }

    fn count(&mut self, bytes: usize) -> Result<(), BodyFault> {
        self.received += bytes;
        self.passed_on += bytes;
        self.moved = Some(Instant::now());
        self.request.hold(bytes).map_err(BodyFault::Overload)
    }

    /// Returns whether the body is too slow; otherwise wakes the task when it will be.
    fn is_too_slow(&mut self, context: &mut Context<'_>) -> bool {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let earned = Duration::from_secs(1) / LEAST_RATE * u32::try_from(self.received).unwrap_or(u32::MAX);
        let ends = (begun + LONGEST.min(GRACE + earned)).min(self.moved.unwrap_or(begun) + LONGEST_PAUSE);
        if Instant::now() >= ends {
            return true;
        }
        let sleep = self.too_slow.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(ends)));
        sleep.as_mut().reset(ends);
        sleep.as_mut().poll(context).is_ready()
    }
}

impl HttpBody for ArrivingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.passed_on >= PORTION {
            this.passed_on = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let counted = this.count(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(counted.map(|()| frame).map_err(Into::into)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if this.is_too_slow(context) => Poll::Ready(Some(Err(BodyFault::Slow.into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
