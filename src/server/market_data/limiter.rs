//! Keeps to a provider's allowance. One limiter serves all runs of all users, in turn.
//!
//! An allowance is a set of sliding windows, each so many requests long. A request counts from when it is sent until
//! a window after its answer arrived: the provider may count it at any moment in between, so its own window is
//! never exceeded, whatever the network does. Within that, requests go out at once: an allowance that is not used
//! is of no use to anybody.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::server::lock::lock;

/// At most this many requests in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Requests, at least 1.
    pub requests: usize,
    /// Length of the stretch.
    pub length: Duration,
}

impl Window {
    /// A window of whole seconds.
    pub const fn of(requests: usize, seconds: u64) -> Self {
        Self { requests, length: Duration::from_secs(seconds) }
    }

    /// So many requests a minute, each apart from the next by the same time.
    pub fn evenly_per_minute(requests: u32) -> Self {
        Self { requests: 1, length: Duration::from_mins(1) / requests.max(1) }
    }
}

/// An allowance and what is used of it.
#[derive(Debug)]
pub struct Limiter {
    windows: Vec<Window>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// When the answers of past requests arrived, oldest first, as far back as the longest window.
    answered: VecDeque<Instant>,
    /// Requests without an answer yet, by user.
    in_flight: BTreeMap<String, usize>,
    /// Those who wait, by user, each in order.
    waiting: BTreeMap<String, VecDeque<u64>>,
    /// Users who wait, in the order of their turns.
    turns: VecDeque<String>,
    /// How many requests each run of each user still has to make, as they last said, and when.
    demand: BTreeMap<(String, u64), (usize, Instant)>,
    /// The provider asked for a pause until then.
    paused_until: Option<Instant>,
    next_ticket: u64,
}

/// What a run said of its need is forgotten after this time: runs say it again every second.
const DEMAND_HOLDS: Duration = Duration::from_secs(5);

/// The right to one request; give it back when the answer is there.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    user: String,
    was_used: bool,
}

impl Permit<'_> {
    /// Gives it back: no request was made.
    pub fn unused(mut self) {
        self.was_used = false;
    }
}

impl Limiter {
    /// An allowance; no limit without windows.
    pub fn new(windows: Vec<Window>) -> Self {
        Self { windows, state: Mutex::default(), changed: Notify::new() }
    }

    /// No limit.
    pub fn unlimited() -> Self {
        Self::new(Vec::new())
    }

    /// The longest stretch over which requests are counted.
    pub fn memory(&self) -> Duration {
        self.windows.iter().map(|window| window.length).max().unwrap_or_default()
    }

    /// Counts requests that an earlier process made, by how long ago they were answered.
    pub fn remember(&self, ages: impl IntoIterator<Item = Duration>) {
        let now = Instant::now();
        let mut past: Vec<Instant> = ages.into_iter().filter_map(|age| now.checked_sub(age)).collect();
        past.sort_unstable();
        let mut state = lock(&self.state);
        for at in past.into_iter().rev() {
            state.answered.push_front(at);
        }
    }

    /// Waits for the next free slot. Users take turns, so that one with many requests does not hold up the others;
    /// requests of one user are served in the order in which they were made.
    pub async fn acquire(&self, user: &str) -> Permit<'_> {
        let ticket = self.join(user);
        // Leaves the line when the caller is served or gives up.
        let place = Place { limiter: self, user, ticket };
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Taken before looking, so that no change in between is missed.
            changed.as_mut().enable();
            let free_at = {
                let mut state = lock(&self.state);
                let free_at = if state.is_next(user, ticket) { self.free_at(&state) } else { None };
                if free_at.is_some_and(|at| at <= Instant::now()) {
                    state.grant(user);
                    drop(state);
                    drop(place);
                    return Permit { limiter: self, user: user.to_owned(), was_used: true };
                }
                free_at
            };
            match free_at {
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// The provider asked to be left alone for this long.
    pub fn pause(&self, length: Duration) {
        // A wait beyond the clock's range is no wait that anybody means.
        let Some(until) = Instant::now().checked_add(length) else { return };
        let mut state = lock(&self.state);
        state.paused_until = Some(state.paused_until.map_or(until, |known| known.max(until)));
        drop(state);
        self.changed.notify_waiters();
    }

    /// How long until the last of the `count` requests that this run of this user still has to make may go out, if
    /// nobody else joins; zero for none. Notes the need: it is what others wait for.
    pub fn due(&self, user: &str, run: u64, count: usize) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        state.forget_before(now.checked_sub(self.memory()));
        state.demand.retain(|_, (_, said)| *said + DEMAND_HOLDS > now);
        let key = (user.to_owned(), run);
        if count == 0 {
            state.demand.remove(&key);
            return Duration::ZERO;
        }
        state.demand.insert(key, (count, now));
        // Until this run has made its last request, each run of this user makes as many at the most, and each other
        // user as many as this one.
        let mut needs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for ((user, _), (requests, _)) in &state.demand {
            needs.entry(user).or_default().push(*requests);
        }
        let own: usize = needs.remove(user).unwrap_or_default().into_iter().map(|requests| requests.min(count)).sum();
        let others: usize = needs.values().map(|requests| requests.iter().sum::<usize>().min(own)).sum();
        let in_flight: usize = state.in_flight.values().sum();
        self.slot(&state, (own + others).saturating_sub(in_flight).max(1), now)
    }

    /// How long until the next request of this user goes out; zero when none waits.
    pub fn next_due(&self, user: &str) -> Duration {
        let state = lock(&self.state);
        match state.turns.iter().position(|turn| turn == user) {
            Some(before) => self.slot(&state, before + 1, Instant::now()),
            None => Duration::ZERO,
        }
    }

    /// How long until the `place`-th next slot. Requests under way count as answered now: their slots come back a
    /// window from now at the earliest.
    fn slot(&self, state: &State, place: usize, now: Instant) -> Duration {
        let mut counted: Vec<Instant> = state.answered.iter().copied().collect();
        counted.extend(std::iter::repeat_n(now, state.in_flight.values().sum()));
        let mut at = state.paused_until.map_or(now, |until| until.max(now));
        for _ in 0..place {
            for window in &self.windows {
                if let Some(blocking) = counted.len().checked_sub(window.requests) {
                    at = at.max(counted[blocking] + window.length);
                }
            }
            counted.push(at);
        }
        at - now
    }

    /// When the next slot is free; `None` when that depends on requests without an answer yet.
    fn free_at(&self, state: &State) -> Option<Instant> {
        let now = Instant::now();
        let in_flight: usize = state.in_flight.values().sum();
        let mut at = state.paused_until.map_or(now, |until| until.max(now));
        for window in &self.windows {
            let recent =
                state.answered.len() - state.answered.partition_point(|answered| *answered + window.length <= now);
            if let Some(over) = (in_flight + recent).checked_sub(window.requests) {
                // The request that blocks is the one that has to leave the window.
                let blocking = state.answered.get(state.answered.len() - recent + over)?;
                at = at.max(*blocking + window.length);
            }
        }
        Some(at)
    }

    fn join(&self, user: &str) -> u64 {
        let mut state = lock(&self.state);
        state.forget_before(Instant::now().checked_sub(self.memory()));
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        if !state.waiting.contains_key(user) {
            state.turns.push_back(user.to_owned());
        }
        state.waiting.entry(user.to_owned()).or_default().push_back(ticket);
        ticket
    }
}

impl State {
    fn is_next(&self, user: &str, ticket: u64) -> bool {
        self.turns.front().is_some_and(|next| next == user)
            && self.waiting.get(user).and_then(|line| line.front()) == Some(&ticket)
    }

    fn grant(&mut self, user: &str) {
        *self.in_flight.entry(user.to_owned()).or_default() += 1;
        self.turns.pop_front();
        if let Some(line) = self.waiting.get_mut(user) {
            line.pop_front();
            if line.is_empty() {
                self.waiting.remove(user);
            } else {
                self.turns.push_back(user.to_owned());
            }
        }
    }

    fn leave(&mut self, user: &str, ticket: u64) {
        if let Some(line) = self.waiting.get_mut(user) {
            line.retain(|other| *other != ticket);
            if line.is_empty() {
                self.waiting.remove(user);
                self.turns.retain(|other| other != user);
            }
        }
    }

    fn forget_before(&mut self, oldest: Option<Instant>) {
        let Some(oldest) = oldest else { return };
        while self.answered.front().is_some_and(|answered| *answered <= oldest) {
            self.answered.pop_front();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.limiter.state);
        if let Some(count) = state.in_flight.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                state.in_flight.remove(&self.user);
            }
        }
        if self.was_used && !self.limiter.windows.is_empty() {
            state.answered.push_back(Instant::now());
        }
        drop(state);
        self.limiter.changed.notify_waiters();
    }
}

struct Place<'a> {
    limiter: &'a Limiter,
    user: &'a str,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        lock(&self.limiter.state).leave(self.user, self.ticket);
        self.limiter.changed.notify_waiters();
    }
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
