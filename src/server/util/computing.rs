//! Runs long computations off the threads that serve requests, with limited concurrency.

use std::sync::Arc;

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// A pool for long computations, such as parsing an uploaded file or serializing results.
#[derive(Clone, Debug)]
pub struct Computing {
    permits: Arc<Semaphore>,
}

impl Default for Computing {
    /// Allows one concurrent computation per core.
    fn default() -> Self {
        Self::with_limit(std::thread::available_parallelism().map_or(1, Into::into))
    }
}

impl Computing {
    /// Allows `count` concurrent computations.
    pub fn with_limit(count: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(count)) }
    }

    /// Runs `work` as soon as a slot is free. Dropping the future cancels work that has not
    /// started; started work runs to its end.
    ///
    /// # Errors
    /// When `work` panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // The semaphore is never closed; if it were, the work would run without a limit.
        let permit = self.permits.clone().acquire_owned().await.ok();
        let work = move || {
            // The work itself holds the permit, because it continues after the caller is gone.
            let _permit = permit;
            work()
        };
        spawn_blocking(work).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::Computing;

    #[tokio::test]
    async fn limits_concurrent_work() {
        let computing = Computing::with_limit(1);
        let (report_start, starts) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let first = {
            let (computing, report_start) = (computing.clone(), report_start.clone());
            tokio::spawn(async move {
                let work = move || {
                    report_start.send("first").unwrap();
                    released.recv().unwrap();
                };
                computing.run(work).await
            })
        };
        let (started, starts) = tokio::task::spawn_blocking(move || (starts.recv().unwrap(), starts)).await.unwrap();
        assert_eq!(started, "first");
        // Aborting the task that waits for the first computation does not stop the computation.
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let mut second = Box::pin(computing.run(move || report_start.send("second").unwrap()));
        assert!(futures::poll!(&mut second).is_pending() && starts.try_recv().is_err());
        release.send(()).unwrap();
        second.await.unwrap();
        assert_eq!(starts.recv().unwrap(), "second");
    }
}
