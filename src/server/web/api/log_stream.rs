//! Streams the log of one attempt, or of all attempts, as a response body. The log is read from the
//! store page by page while the response is sent.

use std::ops::Range;

use axum::body::Body;
use futures::stream;
use uuid::Uuid;

use super::log_file::{self, Debug, Format};
use crate::server::{
    setups::SetupService,
    store::{StoreError, StoreResult},
    tracker::RunState,
    util::viewer::OwnedViewer,
};

/// The state of a log download.
pub struct LogStream {
    pub setups: SetupService,
    /// The user who downloads the log, and that user's access rights.
    pub viewer: OwnedViewer,
    /// The portfolio id.
    pub id: Uuid,
    pub format: Format,
    pub debug: Debug,
    /// Time of the download, in Unix milliseconds.
    pub now_ms: i64,
    /// `true` if all attempts were requested. A JSON response is then a list, even if it contains a
    /// single attempt.
    pub is_list: bool,
    /// Numbers of the attempts whose logs follow the log of the first attempt in the download.
    pub more: Range<u32>,
}

/// The next part of the response body.
enum Next {
    /// The head of an attempt's log.
    Head(Box<RunState>),
    /// Entries of an attempt's log.
    Entries(Box<Progress>),
    /// The next attempt, or the end of the list if there are no more attempts.
    Attempt,
    /// The end of the response.
    End,
}

/// The progress of a download within the log of one attempt.
struct Progress {
    run: RunState,
    /// Line number of the last entry read from the store so far.
    line: u64,
    /// Number of entries sent so far.
    count: usize,
}

impl LogStream {
    /// Returns the response body, starting with the attempt `first`. If the log cannot be read to
    /// its end, the connection is aborted, so that an incomplete file does not look complete.
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
                (head, Next::Entries(Box::new(Progress { run: *run, line: 0, count: 0 })))
            }
            Next::Entries(progress) if progress.line >= progress.run.last_line => {
                let tail = match self.format {
                    Format::Text => log_file::text_tail(&progress.run, progress.count),
                    Format::Json => log_file::json_tail(&progress.run, self.now_ms),
                };
                (tail, Next::Attempt)
            }
            Next::Entries(progress) => self.entries(progress).await?,
            Next::Attempt => match self.more.next() {
                None => match self.format {
                    Format::Json if self.is_list => ("]".to_owned(), Next::End),
                    _ => return Ok(None),
                },
                Some(attempt) => {
                    let head = self.setups.attempt_head(self.viewer.as_viewer(), self.id, Some(attempt)).await?;
                    let (run, _) = head.ok_or(StoreError::NotFound)?;
                    let separator = if self.format == Format::Json { "," } else { "\n" };
                    (separator.to_owned(), Next::Head(Box::new(run)))
                }
            },
            Next::End => return Ok(None),
        };
        Ok(Some(part))
    }

    async fn entries(&self, mut progress: Box<Progress>) -> StoreResult<(String, Next)> {
        let (attempt, last) = (progress.run.identity.attempt, progress.run.last_line);
        let page = self.setups.entries_page(self.viewer.as_viewer(), self.id, attempt, progress.line, last).await?;
        // An empty page of log entries means that the portfolio was deleted after the head of the
        // log was sent.
        progress.line = page.last().ok_or(StoreError::NotFound)?.line;
        let selected = || log_file::selected(&page, self.debug);
        let part = match self.format {
            Format::Text => log_file::text_entries(selected()),
            Format::Json => log_file::json_entries(selected(), progress.count == 0),
        };
        progress.count += selected().count();
        Ok((part, Next::Entries(progress)))
    }
}
