//! Stops a run early, because the user cancelled it or the server is shutting down. After a
//! shutdown, the next server process continues the run.

use status::Failure;
use tokio_util::sync::CancellationToken;

use crate::server::store::StoreError;

/// Reason why a run stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The user cancelled the run.
    Cancelled,
    /// The server is shutting down. The run stays resumable.
    Shutdown,
    /// Another worker has taken over the run.
    Fenced,
    /// The run has failed and cannot continue.
    Failed {
        failure: Failure,
        /// Error message for the user.
        message: String,
    },
}

/// Result of a phase: its output and a one-line summary, or the reason why the run stopped.
pub type PhaseResult<T> = Result<(T, String), Stop>;

impl Stop {
    /// Creates a failure with a message for the user.
    pub fn failed(failure: Failure, message: impl Into<String>) -> Self {
        Self::Failed { failure, message: message.into() }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            // Nothing may be written to a deleted run, so it is treated like a run that another
            // worker has taken over.
            StoreError::Fenced | StoreError::NotFound => Self::Fenced,
            StoreError::TooLarge => Self::failed(Failure::ResultTooLarge, error.to_string()),
            StoreError::AlreadyRunning
            | StoreError::TooManyRuns
            | StoreError::QuotaReached(_)
            | StoreError::Busy(_)
            | StoreError::Unavailable(_) => {
                // The details of the error are logged once, here. The user sees only a short
                // message.
                tracing::error!(?error, "store rejected result of run");
                let is_busy = matches!(error, StoreError::Busy(_));
                let failure = if is_busy { Failure::StoreUnavailable } else { Failure::StoreFailed };
                Self::failed(failure, error.to_string())
            }
        }
    }
}

/// Signals a run to stop. All code that may wait or compute for a long time holds a clone.
#[derive(Clone, Debug, Default)]
pub struct Control {
    cancelled: CancellationToken,
    shutdown: CancellationToken,
}

impl Control {
    /// Creates a control that also stops the run when `shutdown` is cancelled.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self { cancelled: CancellationToken::new(), shutdown }
    }

    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Waits until the server shuts down.
    pub async fn shut_down(&self) {
        self.shutdown.cancelled().await;
    }

    /// Waits until the run is cancelled or the server shuts down.
    pub async fn stopped(&self) {
        tokio::select! {
            () = self.cancelled.cancelled() => {}
            () = self.shutdown.cancelled() => {}
        }
    }

    /// Returns an error if the run should stop. Long computations call this between items.
    ///
    /// # Errors
    /// Returns [`Stop::Cancelled`] if the run has been cancelled, and [`Stop::Shutdown`] if the
    /// server is shutting down.
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
