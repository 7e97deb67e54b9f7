//! Tracks the requests that a limiter has sent: how many of them are still in each rate-limit
//! window, per user, and when they leave the window.
//!
//! Each request enters and leaves each window once, so every lookup takes amortized constant time.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::window::Window;

/// How much of a provider's quota each user has used.
#[derive(Debug)]
pub(super) struct Usage {
    /// The rate-limit windows of the quota, longest first.
    windows: Vec<WindowUsage>,
    /// For each completed request, the time at which its response arrived and the user who caused
    /// it. Oldest first.
    completed: VecDeque<(Instant, Arc<str>)>,
    /// Number of completed requests that are no longer stored, because they have left all windows.
    expired: usize,
    /// Number of requests in flight, per user.
    in_flight: HashMap<Arc<str>, usize>,
    in_flight_total: usize,
}

/// The completed requests in one rate-limit window.
#[derive(Debug)]
struct WindowUsage {
    window: Window,
    /// Sequence number of the oldest request in the window. The first completed request ever has
    /// number 0.
    first: usize,
    by_user: HashMap<Arc<str>, usize>,
}

impl Usage {
    /// Creates an empty usage record for these windows.
    pub fn new(mut windows: Vec<Window>) -> Self {
        windows.sort_by_key(|window| std::cmp::Reverse(window.length));
        let windows =
            windows.into_iter().map(|window| WindowUsage { window, first: 0, by_user: HashMap::new() }).collect();
        Self { windows, completed: VecDeque::new(), expired: 0, in_flight: HashMap::new(), in_flight_total: 0 }
    }

    /// Returns the windows, longest first. Other methods identify a window by its index in this
    /// list.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window> {
        self.windows.iter().map(|usage| usage.window)
    }

    /// Returns the length of the longest window, or zero if there are no windows.
    pub fn longest_window(&self) -> Duration {
        self.windows.first().map(|usage| usage.window.length).unwrap_or_default()
    }

    /// Returns the number of requests that have no response yet.
    pub fn in_flight(&self) -> usize {
        self.in_flight_total
    }

    /// Records that a request for `user` was sent.
    pub fn begin(&mut self, user: &Arc<str>) {
        *self.in_flight.entry(user.clone()).or_default() += 1;
        self.in_flight_total += 1;
    }

    /// Records that a request for `user` is over. If the request counts toward the quota, `at` is
    /// the time at which it ended, and it stays in each window until one window length after `at`.
    /// If `at` is `None`, the request no longer counts.
    pub fn end(&mut self, user: &Arc<str>, at: Option<Instant>) {
        self.in_flight_total = self.in_flight_total.saturating_sub(1);
        decrement(&mut self.in_flight, user);
        if let Some(at) = at.filter(|_| !self.windows.is_empty()) {
            self.completed.push_back((at, user.clone()));
            for usage in &mut self.windows {
                *usage.by_user.entry(user.clone()).or_default() += 1;
            }
        }
    }

    /// Removes each request from the windows that it has left by `now`.
    pub fn advance(&mut self, now: Instant) {
        for usage in &mut self.windows {
            while let Some((at, user)) = self.completed.get(usage.first - self.expired) {
                if *at + usage.window.length > now {
                    break;
                }
                decrement(&mut usage.by_user, user);
                usage.first += 1;
            }
        }
        let first_needed = self.windows.iter().map(|usage| usage.first).min().unwrap_or(0);
        while self.expired < first_needed {
            self.completed.pop_front();
            self.expired += 1;
        }
    }

    /// Returns the number of requests in the window with this index, including those in flight.
    pub fn used(&self, window: usize) -> usize {
        self.completed_in(window) + self.in_flight_total
    }

    /// Returns the number of this user's requests in the window, including those in flight.
    pub fn used_by(&self, window: usize, user: &str) -> usize {
        let completed = self.windows[window].by_user.get(user).copied().unwrap_or_default();
        completed + self.in_flight.get(user).copied().unwrap_or_default()
    }

    /// Returns the user's share of the quota. For each window, this method computes the fraction of
    /// the requests that the user has used. The share is the largest of these fractions.
    pub fn share(&self, user: &str) -> f64 {
        let share =
            |(index, usage): (usize, &WindowUsage)| self.used_by(index, user) as f64 / usage.window.requests as f64;
        self.windows.iter().enumerate().map(share).fold(0.0, f64::max)
    }

    /// Returns when the request that has `older` earlier requests in the window leaves the window.
    /// Returns `None` if that request is still in flight.
    pub fn leaves_at(&self, window: usize, older: usize) -> Option<Instant> {
        let usage = &self.windows[window];
        let (at, _) = self.completed.get(usage.first - self.expired + older)?;
        Some(*at + usage.window.length)
    }

    fn completed_in(&self, window: usize) -> usize {
        self.expired + self.completed.len() - self.windows[window].first
    }
}

fn decrement(counts: &mut HashMap<Arc<str>, usize>, user: &Arc<str>) {
    if let Some(count) = counts.get_mut(user) {
        *count -= 1;
        if *count == 0 {
            counts.remove(user);
        }
    }
}
