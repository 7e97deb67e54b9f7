//! Keeps to a provider's allowance. One limiter serves all runs of all users, in turn.
//!
//! An allowance is a set of sliding windows, each so many requests long. A request counts from when
//! it is sent until a window after its answer arrived: the provider may count it at any moment in
//! between, so its own window is never exceeded, whatever the network does. Within that, requests
//! go out as soon as they may: unused quota does not carry over.
//!
//! The user with the smallest share of the windows goes next, so active users get equal shares of
//! every window, even if one used most of it before the others arrived. Where people share a quota,
//! a fifth of each long window is kept for users who have used less than that: the next person does
//! not wait an hour because of an earlier one. A user's requests go out in the order in which they
//! were made.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    demand::CompetingDemand,
    forecast::{Slots, goes_out},
    usage::Usage,
    window::Window,
};
use crate::server::util::lock::lock;

/// An allowance and what is used of it.
#[derive(Debug)]
pub struct Limiter {
    /// Whether a part of each long window is kept for the next person.
    is_shared: bool,
    is_unlimited: bool,
    memory: Duration,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    usage: Usage,
    /// Those who wait, by user, each in order.
    waiting: BTreeMap<Arc<str>, VecDeque<u64>>,
    /// Users who wait, in the order of their turns.
    turns: VecDeque<Arc<str>>,
    /// The provider asked for a pause until then.
    paused_until: Option<Instant>,
    next_ticket: u64,
}

/// The right to one request; give it back when the answer is there.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    user: Arc<str>,
    was_used: bool,
}

impl Permit<'_> {
    /// Gives it back: no request was made.
    pub fn unused(mut self) {
        self.was_used = false;
    }
}

/// Who may make the next request.
enum Next {
    Now(Arc<str>),
    /// Nobody before this time.
    At(Instant),
    /// Nobody before something changes.
    AfterChange,
}

impl Limiter {
    /// An allowance; no limit without windows.
    pub fn new(windows: Vec<Window>) -> Self {
        let is_unlimited = windows.is_empty();
        let usage = Usage::new(windows);
        let memory = usage.memory();
        let state =
            State { usage, waiting: BTreeMap::new(), turns: VecDeque::new(), paused_until: None, next_ticket: 0 };
        Self { is_shared: false, is_unlimited, memory, state: Mutex::new(state), changed: Notify::new() }
    }

    /// An allowance that several people share: a fifth of each long window is kept for those who
    /// have used less.
    pub fn shared(windows: Vec<Window>) -> Self {
        Self { is_shared: true, ..Self::new(windows) }
    }

    /// No limit.
    pub fn unlimited() -> Self {
        Self::new(Vec::new())
    }

    /// The longest stretch over which requests are counted.
    pub fn memory(&self) -> Duration {
        self.memory
    }

    /// Counts requests of an earlier process by the age of their answers. Their users are unknown.
    /// To be called before any request is made.
    pub fn remember(&self, ages: impl IntoIterator<Item = Duration>) {
        let now = Instant::now();
        let mut past: Vec<Instant> = ages.into_iter().filter_map(|age| now.checked_sub(age)).collect();
        past.sort_unstable();
        let nobody: Arc<str> = "".into();
        let mut state = lock(&self.state);
        for at in past {
            state.usage.begin(&nobody);
            state.usage.end(&nobody, Some(at));
        }
    }

    /// Waits for the next free slot.
    pub async fn acquire(&self, user: &str) -> Permit<'_> {
        let user: Arc<str> = user.into();
        let ticket = lock(&self.state).join(&user);
        // Leaves the line when the caller is served or gives up.
        let place = Place { limiter: self, user: &user, ticket };
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Taken before looking, so that no change in between is missed.
            changed.as_mut().enable();
            let next = {
                let mut state = lock(&self.state);
                // Only the first of each user's line looks: the others cannot be next.
                let next = if state.is_first(&user, ticket) {
                    self.next(&mut state, Instant::now())
                } else {
                    Next::AfterChange
                };
                if matches!(&next, Next::Now(next) if *next == user) {
                    state.grant(&user);
                    drop(state);
                    drop(place);
                    return Permit { limiter: self, user, was_used: true };
                }
                next
            };
            match next {
                Next::At(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
                // The event that made another user next has also woken that user.
                Next::Now(_) | Next::AfterChange => changed.await,
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

    /// Returns how long until the request at each of these positions, from 1, among those that a
    /// run of this user still has to make may go out beside this demand; zero for position 0.
    pub fn forecast(&self, user: &str, competing: &CompetingDemand, positions: &[usize]) -> Vec<Duration> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        state.usage.advance(now);
        let wait = |&position: &usize| {
            if position == 0 {
                return Duration::ZERO;
            }
            let before = competing.before(position, |other| state.lead(user, other));
            let place = before.saturating_sub(state.usage.in_flight()).max(1);
            self.wait(&state, user, place, now)
        };
        positions.iter().map(wait).collect()
    }

    /// How long until the next request of this user goes out; zero when none waits.
    pub fn next_due(&self, user: &str) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let Some(turn) = state.turns.iter().position(|other| &**other == user) else { return Duration::ZERO };
        state.usage.advance(now);
        // A user who has used less goes first until both have used the same.
        let ahead = |(place, other): (usize, &Arc<str>)| {
            let waiting = state.waiting.get(other).map_or(0, VecDeque::len);
            let behind = state.lead(user, other) + i64::from(place < turn);
            waiting.min(usize::try_from(behind).unwrap_or(0))
        };
        let others = state.turns.iter().enumerate().filter(|(place, _)| *place != turn);
        let place = 1 + others.map(ahead).sum::<usize>();
        self.wait(&state, user, place, now)
    }

    /// Returns how long until this user's request at this queue position goes out.
    fn wait(&self, state: &State, user: &str, place: usize, now: Instant) -> Duration {
        let earliest = state.paused_until.map_or(now, |until| until.max(now));
        let slots = |(window, of): (usize, Window)| {
            let kept = self.kept(state, window, of, user, place);
            Slots { window, requests: (of.requests - kept).max(1), length: of.length }
        };
        let windows: Vec<Slots> = state.usage.windows().enumerate().map(slots).collect();
        goes_out(&state.usage, &windows, place, now, earliest) - now
    }

    /// Returns how many slots of a window are reserved from a user who wants `more` of them.
    fn kept(&self, state: &State, window: usize, of: Window, user: &str, more: usize) -> usize {
        let reserve = if self.is_shared { of.reserve() } else { 0 };
        if state.usage.held_of(window, user) + more > reserve { reserve } else { 0 }
    }

    /// Returns who goes next: the eligible user with the smallest share; equal users take turns.
    fn next(&self, state: &mut State, now: Instant) -> Next {
        state.usage.advance(now);
        if let Some(until) = state.paused_until.filter(|until| *until > now) {
            return Next::At(until);
        }
        let mut best: Option<(f64, &Arc<str>)> = None;
        let mut soonest: Option<Instant> = None;
        for user in &state.turns {
            match self.free_at(state, user, now) {
                Some(at) if at <= now => {
                    let share = state.usage.share(user);
                    if best.is_none_or(|(least, _)| share < least) {
                        best = Some((share, user));
                    }
                }
                Some(at) => soonest = Some(soonest.map_or(at, |known| known.min(at))),
                None => {}
            }
        }
        match (best, soonest) {
            (Some((_, user)), _) => Next::Now(user.clone()),
            (None, Some(at)) => Next::At(at),
            (None, None) => Next::AfterChange,
        }
    }

    /// Returns when this user's next slot is free; `None` if that depends on unanswered requests.
    fn free_at(&self, state: &State, user: &str, now: Instant) -> Option<Instant> {
        let usage = &state.usage;
        let mut at = now;
        for (window, of) in usage.windows().enumerate() {
            if let Some(over) = usage.held(window).checked_sub(of.requests) {
                // The request that blocks is the one that has to leave the window.
                at = at.max(usage.leaves(window, over)?);
            } else if usage.held(window) + self.kept(state, window, of, user, 1) >= of.requests {
                // Any user's request may leave first; the slot is checked again each time one does.
                at = at.max(usage.leaves(window, 0)?);
            }
        }
        Some(at)
    }
}

impl State {
    /// How many more requests than another one a user has made within the longest window.
    fn lead(&self, user: &str, other: &str) -> i64 {
        if self.usage.memory().is_zero() {
            return 0;
        }
        let used = |user: &str| i64::try_from(self.usage.held_of(0, user)).unwrap_or(i64::MAX);
        used(user) - used(other)
    }

    fn join(&mut self, user: &Arc<str>) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        if !self.waiting.contains_key(user) {
            self.turns.push_back(user.clone());
        }
        self.waiting.entry(user.clone()).or_default().push_back(ticket);
        ticket
    }

    fn is_first(&self, user: &Arc<str>, ticket: u64) -> bool {
        self.waiting.get(user).and_then(|line| line.front()) == Some(&ticket)
    }

    fn grant(&mut self, user: &Arc<str>) {
        self.usage.begin(user);
        self.turns.retain(|other| other != user);
        if let Some(line) = self.waiting.get_mut(user) {
            line.pop_front();
            if line.is_empty() {
                self.waiting.remove(user);
            } else {
                self.turns.push_back(user.clone());
            }
        }
    }

    fn leave(&mut self, user: &Arc<str>, ticket: u64) {
        if let Some(line) = self.waiting.get_mut(user) {
            line.retain(|other| *other != ticket);
            if line.is_empty() {
                self.waiting.remove(user);
                self.turns.retain(|other| other != user);
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let counts = self.was_used && !self.limiter.is_unlimited;
        lock(&self.limiter.state).usage.end(&self.user, counts.then(Instant::now));
        self.limiter.changed.notify_waiters();
    }
}

struct Place<'a> {
    limiter: &'a Limiter,
    user: &'a Arc<str>,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        lock(&self.limiter.state).leave(self.user, self.ticket);
        self.limiter.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
