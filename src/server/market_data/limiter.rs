//! Spaces requests evenly, as an upper bound per minute. One limiter serves all runs of all users.

use std::{sync::Mutex, sync::PoisonError, time::Duration};

use tokio::time::{Instant, sleep_until};

/// An upper bound on requests a minute.
pub struct Limiter {
    spacing: Option<Duration>,
    next_free: Mutex<Option<Instant>>,
}

impl Limiter {
    /// At most this many requests a minute, evenly spaced; no limit for `None`.
    pub fn per_minute(requests: Option<u32>) -> Self {
        let spacing = requests.filter(|&requests| requests > 0).map(|requests| Duration::from_mins(1) / requests);
        Self { spacing, next_free: Mutex::new(None) }
    }

    /// No limit.
    pub fn unlimited() -> Self {
        Self::per_minute(None)
    }

    /// Milliseconds between two requests; 0 without a limit.
    pub fn spacing_ms(&self) -> f64 {
        self.spacing.map_or(0.0, |spacing| spacing.as_secs_f64() * 1000.0)
    }

    /// Waits for the next slot. Callers are served in the order in which they ask.
    ///
    /// A caller that gives up while waiting leaves its slot unused: the limit is an upper bound.
    pub async fn acquire(&self) {
        let Some(spacing) = self.spacing else { return };
        let slot = {
            let mut next_free = self.next_free.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let slot = next_free.map_or(now, |free| free.max(now));
            *next_free = Some(slot + spacing);
            slot
        };
        sleep_until(slot).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Limiter;

    #[tokio::test(start_paused = true)]
    async fn sixty_a_minute_are_one_a_second_and_the_first_waits_for_nothing() {
        let limiter = Limiter::per_minute(Some(60));
        let start = Instant::now();
        let mut at = Vec::new();
        for _ in 0..3 {
            limiter.acquire().await;
            at.push(start.elapsed().as_secs());
        }
        assert_eq!(at, [0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_saves_up_no_burst() {
        let limiter = Limiter::per_minute(Some(60));
        limiter.acquire().await;
        tokio::time::sleep(Duration::from_secs(100)).await;
        let start = Instant::now();
        limiter.acquire().await;
        limiter.acquire().await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let start = Instant::now();
        Limiter::unlimited().acquire().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
