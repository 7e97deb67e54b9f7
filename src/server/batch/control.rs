//! Stopping a run: a person cancels it, or the server shuts down and leaves it to the next start.

use tokio_util::sync::CancellationToken;

use crate::server::store::StoreError;

/// Why a run does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A person asked for it.
    Cancelled,
    /// The server shuts down; the run stays resumable.
    Shutdown,
    /// Another worker has the run.
    Fenced,
    /// It cannot go on. A stable word for programs, and a sentence for people.
    Failed {
        /// The stable word.
        code: &'static str,
        /// The sentence.
        message: String,
    },
}

/// What a phase gives: its output and what it achieved, in words.
pub type PhaseResult<T> = Result<(T, String), Stop>;

impl Stop {
    /// A failure with its code and sentence.
    pub fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self::Failed { code, message: message.into() }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            // A run that is gone, portfolio and all, is nobody's to write to either.
            StoreError::Fenced | StoreError::NotFound => Self::Fenced,
            StoreError::TooLarge => Self::failed("result_too_large", error.to_string()),
            StoreError::AlreadyRunning
            | StoreError::TooManyRuns
            | StoreError::QuotaReached(_)
            | StoreError::Busy(_)
            | StoreError::Unavailable(_) => {
                // The detail goes to the server's log, once, here; a person gets the sentence.
                tracing::error!(?error, "store refused a run's result");
                let code = if matches!(error, StoreError::Busy(_)) { "store_unavailable" } else { "store_failed" };
                Self::failed(code, error.to_string())
            }
        }
    }
}

/// Whether a run should stop. Cloned into every place that could wait or compute for long.
#[derive(Clone, Debug, Default)]
pub struct Control {
    cancelled: CancellationToken,
    shutdown: CancellationToken,
}

impl Control {
    /// A control that also stops when `shutdown` is cancelled.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self { cancelled: CancellationToken::new(), shutdown }
    }

    /// Cancels the run.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Waits until the server shuts down.
    pub async fn shut_down(&self) {
        self.shutdown.cancelled().await;
    }

    /// Waits until the run should stop.
    pub async fn stopped(&self) {
        tokio::select! {
            () = self.cancelled.cancelled() => {}
            () = self.shutdown.cancelled() => {}
        }
    }

    /// Goes on, or says why not. Called between items.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] or [`Stop::Shutdown`].
    pub fn checkpoint(&self) -> Result<(), Stop> {
        if self.cancelled.is_cancelled() {
            Err(Stop::Cancelled)
        } else if self.shutdown.is_cancelled() {
            Err(Stop::Shutdown)
        } else {
            Ok(())
        }
    }
}
