//! Runs long computations off the threads that answer requests, with limited concurrency.

use std::sync::Arc;

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// Runs long work: parsing an uploaded file, reading results, serializing them.
#[derive(Clone, Debug)]
pub struct Computing {
    permits: Arc<Semaphore>,
}

impl Default for Computing {
    /// Allows one task per core.
    fn default() -> Self {
        Self::at_once(std::thread::available_parallelism().map_or(1, Into::into))
    }
}

impl Computing {
    /// Allows `count` concurrent tasks.
    pub fn at_once(count: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(count)) }
    }

    /// Runs the work when a slot is free. A caller that stops waiting before then never starts it.
    ///
    /// # Errors
    /// When it panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // Never closed; if it were, the work would run without a limit.
        let permit = self.permits.clone().acquire_owned().await.ok();
        let work = move || {
            // Held by the work, which continues after its caller stops waiting.
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
        let computing = Computing::at_once(1);
        let (begun, at_work) = mpsc::channel();
        let (go_on, told) = mpsc::channel::<()>();
        let first = {
            let (computing, begun) = (computing.clone(), begun.clone());
            tokio::spawn(async move {
                let work = move || {
                    begun.send("first").unwrap();
                    told.recv().unwrap();
                };
                computing.run(work).await
            })
        };
        let at_work = tokio::task::spawn_blocking(move || (at_work.recv().unwrap(), at_work)).await.unwrap();
        assert_eq!(at_work.0, "first");
        // Nobody waits for the first one any more; it is at work all the same.
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let mut second = Box::pin(computing.run(move || begun.send("second").unwrap()));
        assert!(futures::poll!(&mut second).is_pending() && at_work.1.try_recv().is_err());
        go_on.send(()).unwrap();
        second.await.unwrap();
        assert_eq!(at_work.1.recv().unwrap(), "second");
    }
}
