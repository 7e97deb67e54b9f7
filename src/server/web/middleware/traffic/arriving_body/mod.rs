//! Reads a request body as it arrives, counts its bytes against the traffic limits, and rejects a
//! body that arrives too slowly.

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

/// Minimum average rate at which a request body must arrive after [`GRACE`], in bytes per second.
const MIN_RATE: u32 = 1_000;

/// Period at the start of a request body during which any rate is accepted.
const GRACE: Duration = Duration::from_secs(10);

/// Maximum pause between bytes of a request body. The pause is shorter than the time limit for
/// handlers, so that the error message blames the slow client instead of a slow handler.
const MAX_PAUSE: Duration = Duration::from_secs(20);

/// Maximum time for a whole request body to arrive.
const MAX_DURATION: Duration = Duration::from_mins(2);

/// Number of bytes after which [`ArrivingBody`] returns `Poll::Pending` once, so that its reader
/// processes these bytes first. Otherwise, the multipart reader would buffer all available bytes.
const CHUNK_SIZE: usize = 64 * 1024;

/// Reason why a request body could not be read completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The body arrived too slowly.
    Slow,
    /// The body exceeded a traffic limit.
    Overload(Overload),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("request body not read to its end")
    }
}

impl Error for BodyFault {}

/// Returns the [`BodyFault`] that caused an extractor's error, or `None` if the error has another
/// cause.
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

/// A request body whose bytes count against the traffic limits as they arrive.
pub(super) struct ArrivingBody {
    body: Body,
    request: Arc<InFlight>,
    received: usize,
    /// Number of bytes passed to the reader since the last pause that [`CHUNK_SIZE`] caused.
    passed_on: usize,
    /// When the reader first had to wait for bytes.
    started: Option<Instant>,
    /// When bytes last arrived.
    last_arrival: Option<Instant>,
    /// Timer that wakes the task when the body becomes too slow, unless more bytes arrive before
    /// then.
    slow_timer: Option<Pin<Box<Sleep>>>,
}

impl ArrivingBody {
    pub(super) fn new(body: Body, request: Arc<InFlight>) -> Self {
        Self { body, request, received: 0, passed_on: 0, started: None, last_arrival: None, slow_timer: None }
    }

    fn count(&mut self, bytes: usize) -> Result<(), BodyFault> {
        self.received += bytes;
        self.passed_on += bytes;
        self.last_arrival = Some(Instant::now());
        self.request.hold(bytes).map_err(BodyFault::Overload)
    }

    /// Returns whether the body arrives too slowly. If not, schedules a wake-up for the deadline by
    /// which more bytes must arrive.
    fn is_too_slow(&mut self, context: &mut Context<'_>) -> bool {
        let started = *self.started.get_or_insert_with(Instant::now);
        let earned = Duration::from_secs(1) / MIN_RATE * u32::try_from(self.received).unwrap_or(u32::MAX);
        let deadline =
            (started + MAX_DURATION.min(GRACE + earned)).min(self.last_arrival.unwrap_or(started) + MAX_PAUSE);
        if Instant::now() >= deadline {
            return true;
        }
        let sleep = self.slow_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        sleep.as_mut().reset(deadline);
        sleep.as_mut().poll(context).is_ready()
    }
}

impl HttpBody for ArrivingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.passed_on >= CHUNK_SIZE {
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
