//! Wraps a connection and ends it when its bytes stop moving or move too slowly.

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

/// The least rate at which an answer is read, in bytes a second, over what cannot be written at
/// once.
const LEAST_RATE: u32 = 1_000;

/// A stream that fails when the other side takes too long.
pub(super) struct IdleTimeoutStream<T> {
    stream: T,
    timeouts: Timeouts,
    activity: Arc<Activity>,
    moved: Instant,
    /// When the client fell behind, and how many bytes it has read since.
    behind: Option<(Instant, u32)>,
    /// Wakes to check for progress; resetting it with every byte would cost more than reading it.
    idle_check: Pin<Box<Sleep>>,
}

impl<T> IdleTimeoutStream<T> {
    pub(super) fn new(stream: T, timeouts: Timeouts, activity: Arc<Activity>) -> Self {
        let idle_check = Box::pin(tokio::time::sleep(timeouts.idle));
        Self { stream, timeouts, activity, moved: Instant::now(), behind: None, idle_check }
    }

    /// Returns when the client times out, unless something moves before.
    fn ends(&self) -> Instant {
        let idle = self.moved + self.timeouts.idle;
        match self.behind {
            None => idle,
            Some((since, taken)) => {
                let earned = Duration::from_secs(1) / LEAST_RATE * taken;
                let whole = self.activity.answering_since() + self.timeouts.answer;
                idle.min(since + self.timeouts.idle + earned).min(whole)
            }
        }
    }

    /// What came of an attempt to move something.
    fn tried<R>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if outcome.is_ready() {
            self.moved = Instant::now();
            self.activity.moves();
            return outcome;
        }
        loop {
            let ends = self.ends();
            if Instant::now() >= ends {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            if ends < self.idle_check.deadline() || self.idle_check.is_elapsed() {
                self.idle_check.as_mut().reset(ends);
            }
            if self.idle_check.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// What came of an attempt to write.
    fn wrote(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match (&outcome, &mut self.behind) {
            (Poll::Pending, behind) => {
                behind.get_or_insert_with(|| (Instant::now(), 0));
            }
            (Poll::Ready(Ok(bytes)), Some((_, taken))) => {
                *taken = taken.saturating_add(u32::try_from(*bytes).unwrap_or(u32::MAX));
            }
            _ => {}
        }
        self.tried(context, outcome)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for IdleTimeoutStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, into);
        self.tried(context, outcome)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for IdleTimeoutStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.wrote(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Everything that there is to send has been written.
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
        Timeouts { head: Duration::from_secs(20), idle: Duration::from_secs(30), answer: Duration::from_mins(10) };

    /// Returns how long an endless answer lasts when the client reads this many bytes each second.
    async fn sent_to_a_reader_of(bytes: usize) -> Duration {
        let (mut reader, writer) = duplex(1_024);
        let activity = Arc::new(Activity::new());
        activity.answers();
        let mut writer = IdleTimeoutStream::new(writer, TIMEOUTS, activity);
        let reading = tokio::spawn(async move {
            let mut part = vec![0; bytes];
            while reader.read_exact(&mut part).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let begun = Instant::now();
        let chunk = vec![0; 16 * 1_024];
        while writer.write_all(&chunk).await.is_ok() {}
        reading.abort();
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn ends_where_an_answer_is_read_too_slowly() {
        let sent = sent_to_a_reader_of(100).await;
        assert!((30..40).contains(&sent.as_secs()), "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn ends_when_an_answer_takes_too_long() {
        let sent = sent_to_a_reader_of(2_000).await;
        assert!((600..=601).contains(&sent.as_secs()), "{sent:?}");
    }
}
