//! The log of one attempt or of all of them as the body of an answer, which is made page by page
//! while it is sent.

use super::log_file::{self, Debug, Format};
use crate::server::{
    setups::SetupService,
    store::{StoreError, StoreResult},
    tracker::RunState,
    util::viewer::OwnedViewer,
};
use axum::body::Body;
use futures::stream;
use std::ops::Range;
use uuid::Uuid;

/// A log that is being sent.
pub struct LogStream {
    /// Where it is read.
    pub setups: SetupService,
    /// The viewer whose access rights apply.
    pub viewer: OwnedViewer,
    /// The portfolio.
    pub id: Uuid,
    /// How it is written.
    pub format: Format,
    /// Whether debug entries are in it.
    pub debug: Debug,
    /// The time at which the log is read.
    pub now_ms: i64,
    /// Whether it is a list of attempts, however many there are.
    pub is_list: bool,
    /// The attempts after the first one.
    pub more: Range<u32>,
}

/// What comes next.
enum Next {
    /// The head of this attempt.
    Head(Box<RunState>),
    /// Entries of this attempt.
    Entries(Box<Sent>),
    /// The attempt after that, or the end.
    Attempt,
    /// The end.
    Nothing,
}

/// How far an attempt was sent.
struct Sent {
    run: RunState,
    /// The last line that was read.
    line: u64,
    /// How many entries were sent.
    count: usize,
}

impl LogStream {
    /// Streams the body from this attempt on. Aborts if the log cannot be read to its end:
    /// half a file must not look whole.
    pub fn into_body(self, first: RunState) -> Body {
        let first = Next::Head(Box::new(first));
        let opening = if self.is_list && self.format == Format::Json { "[" } else { "" };
        Body::from_stream(stream::try_unfold((self, first, opening.to_owned()), |(mut log, next, before)| async move {
            match log.part(next).await {
                Ok(None) => Ok(None),
                Ok(Some((part, next))) => Ok(Some((before + &part, (log, next, String::new())))),
                Err(error) => {
                    tracing::warn!(?error, portfolio_id = %log.id, "log download aborted");
                    Err(error)
                }
            }
        }))
    }

    async fn part(&mut self, next: Next) -> StoreResult<Option<(String, Next)>> {
        let part = match next {
            Next::Head(run) => {
                let head = match self.format {
                    Format::Text => log_file::text_head(&run, self.now_ms),
                    Format::Json => log_file::JSON_HEAD.to_owned(),
                };
                (head, Next::Entries(Box::new(Sent { run: *run, line: 0, count: 0 })))
            }
            Next::Entries(sent) if sent.line >= sent.run.last_line => {
                let tail = match self.format {
                    Format::Text => log_file::text_tail(&sent.run, sent.count),
                    Format::Json => log_file::json_tail(&sent.run, self.now_ms),
                };
                (tail, Next::Attempt)
            }
            Next::Entries(sent) => self.entries(sent).await?,
            Next::Attempt => match self.more.next() {
                None => match self.format {
                    Format::Json if self.is_list => ("]".to_owned(), Next::Nothing),
                    _ => return Ok(None),
                },
                Some(attempt) => {
                    let head = self.setups.attempt_head(self.viewer.as_viewer(), self.id, Some(attempt)).await?;
                    let (run, _) = head.ok_or(StoreError::NotFound)?;
                    let separator = if self.format == Format::Json { "," } else { "\n" };
                    (separator.to_owned(), Next::Head(Box::new(run)))
                }
            },
            Next::Nothing => return Ok(None),
        };
        Ok(Some(part))
    }

    async fn entries(&self, mut sent: Box<Sent>) -> StoreResult<(String, Next)> {
        let (attempt, last) = (sent.run.identity.attempt, sent.run.last_line);
        let page = self.setups.entries_page(self.viewer.as_viewer(), self.id, attempt, sent.line, last).await?;
        // Deleted since the head was sent.
        sent.line = page.last().ok_or(StoreError::NotFound)?.line;
        let chosen = || log_file::chosen(&page, self.debug);
        let part = match self.format {
            Format::Text => log_file::text_entries(chosen()),
            Format::Json => log_file::json_entries(chosen(), sent.count == 0),
        };
        sent.count += chosen().count();
        Ok((part, Next::Entries(sent)))
    }
}
