//! Runs long computations on separate threads, so that they do not block requests, and limits how
//! many run at the same time.

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
    /// Creates a pool that runs at most one computation per CPU core at a time.
    fn default() -> Self {
        Self::with_limit(std::thread::available_parallelism().map_or(1, Into::into))
    }
}

impl Computing {
    /// Creates a pool that runs at most `count` computations at a time.
    pub fn with_limit(count: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(count)) }
    }

    /// Runs `work` as soon as a slot is free. If the returned future is dropped, work that has not
    /// started is cancelled; work that has started runs to completion.
    ///
    /// # Errors
    /// Returns a [`JoinError`] if `work` panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // `acquire_owned` fails only if the semaphore is closed, which never happens. If it did
        // fail, `work` would run without a permit.
        let permit = self.permits.clone().acquire_owned().await.ok();
        let work = move || {
            // The closure holds the permit, because the work continues even if the caller drops the
            // future.
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
