//! Work that takes a while, off the threads that answer requests and a few at a time.

use std::sync::Arc;

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// Where such work is done: reading an uploaded file, reading results, writing them down.
#[derive(Clone, Debug)]
pub struct Computing {
    permits: Arc<Semaphore>,
}

impl Default for Computing {
    /// As many at once as there are cores.
    fn default() -> Self {
        Self::at_once(std::thread::available_parallelism().map_or(1, Into::into))
    }
}

impl Computing {
    /// So many at once.
    pub fn at_once(count: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(count)) }
    }

    /// Does the work once it is its turn. Whoever stops waiting before that has not begun it.
    ///
    /// # Errors
    /// When it panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
        // It is never closed; were it, the work would only lack its limit.
        let permit = self.permits.clone().acquire_owned().await.ok();
        let work = move || {
            // Kept by the work: it goes on although nobody waits for it any more.
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
    async fn does_no_more_at_once_than_it_may() {
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
