//! A stream that ends its connection if no bytes are transferred for too long, or if the client
//! reads too slowly.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

use super::{Timeouts, registry::Activity};

/// Minimum rate at which a client must read a response, in bytes per second. The rate applies once
/// the client cannot keep up with the server.
const MIN_RATE: u32 = 1_000;

/// A stream that fails with a timeout when the client is idle or too slow.
pub(super) struct IdleTimeoutStream<T> {
    stream: T,
    timeouts: Timeouts,
    activity: Arc<Activity>,
    last_transfer: Instant,
    /// When the client fell behind, and how many bytes it has read since then. `None` if the client
    /// keeps up.
    behind: Option<(Instant, u32)>,
    /// Timer for the next check of the deadline. It is not reset on every transfer, because
    /// resetting it costs more than a read.
    idle_check: Pin<Box<Sleep>>,
}

impl<T> IdleTimeoutStream<T> {
    pub(super) fn new(stream: T, timeouts: Timeouts, activity: Arc<Activity>) -> Self {
        let idle_check = Box::pin(tokio::time::sleep(timeouts.idle));
        Self { stream, timeouts, activity, last_transfer: Instant::now(), behind: None, idle_check }
    }

    /// Returns when the client will time out unless more bytes are transferred before then.
    fn deadline(&self) -> Instant {
        let idle = self.last_transfer + self.timeouts.idle;
        match self.behind {
            None => idle,
            Some((since, read)) => {
                let earned = Duration::from_secs(1) / MIN_RATE * read;
                let whole = self.activity.response_started() + self.timeouts.response;
                idle.min(since + self.timeouts.idle + earned).min(whole)
            }
        }
    }

    /// Handles the outcome of a read or write: records the transfer if the operation has completed,
    /// or checks the deadline if the operation is pending.
    fn check_deadline<R>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if outcome.is_ready() {
            self.last_transfer = Instant::now();
            self.activity.record_transfer();
            return outcome;
        }
        loop {
            let deadline = self.deadline();
            if Instant::now() >= deadline {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            if deadline < self.idle_check.deadline() || self.idle_check.is_elapsed() {
                self.idle_check.as_mut().reset(deadline);
            }
            if self.idle_check.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Works like [`Self::check_deadline`], but for a write. Also records when the client falls
    /// behind, and how many bytes are written from then on.
    fn check_write(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match (&outcome, &mut self.behind) {
            (Poll::Pending, behind) => {
                behind.get_or_insert_with(|| (Instant::now(), 0));
            }
            (Poll::Ready(Ok(bytes)), Some((_, read))) => {
                *read = read.saturating_add(u32::try_from(*bytes).unwrap_or(u32::MAX));
            }
            _ => {}
        }
        self.check_deadline(context, outcome)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for IdleTimeoutStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, into);
        self.check_deadline(context, outcome)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for IdleTimeoutStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_write(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.check_write(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes the stream only when everything in its buffer has been written, so the
        // client has caught up.
        self.behind = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const TIMEOUTS: Timeouts =
        Timeouts { head: Duration::from_secs(20), idle: Duration::from_secs(30), response: Duration::from_mins(10) };

    /// Sends an endless response to a client that reads `bytes` bytes per second, and returns the
    /// time until the stream times out.
    async fn send_to_reader_of(bytes: usize) -> Duration {
        let (mut reader, writer) = duplex(1_024);
        let activity = Arc::new(Activity::new());
        activity.start_response();
        let mut writer = IdleTimeoutStream::new(writer, TIMEOUTS, activity);
        let reader_task = tokio::spawn(async move {
            let mut part = vec![0; bytes];
            while reader.read_exact(&mut part).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let started = Instant::now();
        let chunk = vec![0; 16 * 1_024];
        while writer.write_all(&chunk).await.is_ok() {}
        reader_task.abort();
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn ends_connection_of_slow_reader() {
        let sent = send_to_reader_of(100).await;
        assert!((30..40).contains(&sent.as_secs()), "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn ends_connection_after_longest_response() {
        let sent = send_to_reader_of(2_000).await;
        assert!((600..=601).contains(&sent.as_secs()), "{sent:?}");
    }
}
