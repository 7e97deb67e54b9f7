//! Past requests of a limiter: how many each window still holds, whose they are, and when they
//! leave it.
//!
//! Each lookup has constant cost: every request enters and leaves every window once.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::window::Window;

/// What is used of an allowance, and by whom.
#[derive(Debug)]
pub(super) struct Usage {
    /// The longest window first.
    windows: Vec<Held>,
    /// When the answers of past requests arrived and whose they were, oldest first.
    answered: VecDeque<(Instant, Arc<str>)>,
    /// How many answers were forgotten before the first of `answered`.
    forgotten: usize,
    /// Requests without an answer yet, by user.
    in_flight: HashMap<Arc<str>, usize>,
    in_flight_total: usize,
}

/// What one window holds.
#[derive(Debug)]
struct Held {
    window: Window,
    /// Number of the oldest answer in it, counted from the first there ever was.
    first: usize,
    by_user: HashMap<Arc<str>, usize>,
}

impl Usage {
    /// Nothing used of these windows.
    pub fn new(mut windows: Vec<Window>) -> Self {
        windows.sort_by_key(|window| std::cmp::Reverse(window.length));
        let windows = windows.into_iter().map(|window| Held { window, first: 0, by_user: HashMap::new() }).collect();
        Self { windows, answered: VecDeque::new(), forgotten: 0, in_flight: HashMap::new(), in_flight_total: 0 }
    }

    /// Returns the windows, longest first; other methods take their index.
    pub fn windows(&self) -> impl ExactSizeIterator<Item = Window> {
        self.windows.iter().map(|held| held.window)
    }

    /// The longest stretch over which requests are counted.
    pub fn memory(&self) -> Duration {
        self.windows.first().map(|held| held.window.length).unwrap_or_default()
    }

    /// Requests without an answer yet.
    pub fn in_flight(&self) -> usize {
        self.in_flight_total
    }

    /// Counts a request from now on.
    pub fn begin(&mut self, user: &Arc<str>) {
        *self.in_flight.entry(user.clone()).or_default() += 1;
        self.in_flight_total += 1;
    }

    /// The request is over; it counts for a window's length more if its answer came `at` some
    /// moment.
    pub fn end(&mut self, user: &Arc<str>, at: Option<Instant>) {
        self.in_flight_total = self.in_flight_total.saturating_sub(1);
        decrement(&mut self.in_flight, user);
        if let Some(at) = at.filter(|_| !self.windows.is_empty()) {
            self.answered.push_back((at, user.clone()));
            for held in &mut self.windows {
                *held.by_user.entry(user.clone()).or_default() += 1;
            }
        }
    }

    /// Forgets what has left the windows.
    pub fn advance(&mut self, now: Instant) {
        for held in &mut self.windows {
            while let Some((at, user)) = self.answered.get(held.first - self.forgotten) {
                if *at + held.window.length > now {
                    break;
                }
                decrement(&mut held.by_user, user);
                held.first += 1;
            }
        }
        let oldest = self.windows.iter().map(|held| held.first).min().unwrap_or(0);
        while self.forgotten < oldest {
            self.answered.pop_front();
            self.forgotten += 1;
        }
    }

    /// Returns how many requests the window at this index holds, including unanswered ones.
    pub fn held(&self, window: usize) -> usize {
        self.answered_in(window) + self.in_flight_total
    }

    /// Those of one user.
    pub fn held_of(&self, window: usize, user: &str) -> usize {
        let answered = self.windows[window].by_user.get(user).copied().unwrap_or_default();
        answered + self.in_flight.get(user).copied().unwrap_or_default()
    }

    /// The largest share that a user has of any window.
    pub fn share(&self, user: &str) -> f64 {
        let share = |(place, held): (usize, &Held)| self.held_of(place, user) as f64 / held.window.requests as f64;
        self.windows.iter().enumerate().map(share).fold(0.0, f64::max)
    }

    /// When the oldest request but `younger` leaves the window; `None` where it has no answer yet.
    pub fn leaves(&self, window: usize, younger: usize) -> Option<Instant> {
        let held = &self.windows[window];
        let (at, _) = self.answered.get(held.first - self.forgotten + younger)?;
        Some(*at + held.window.length)
    }

    fn answered_in(&self, window: usize) -> usize {
        self.forgotten + self.answered.len() - self.windows[window].first
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
