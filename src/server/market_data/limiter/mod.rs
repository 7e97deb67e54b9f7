//! Keeps the requests to a provider within its quota. One limiter serves all runs of all users.
//!
//! A quota is a set of sliding windows, each with a maximum number of requests. A request counts
//! from the moment it is sent until one window length after its response. The provider may count it
//! at any time between sending and response, so the provider's own windows are never exceeded,
//! regardless of network delays. Unused quota does not carry over, so each request is sent as soon
//! as a slot is free.
//!
//! The next slot goes to the user who has used the smallest share of the windows. Active users
//! therefore get equal shares of every window, even if one of them used most of it before the
//! others arrived. A shared limiter also reserves a fifth of each long window for users who have
//! used less than that fifth, so that a new user does not have to wait an hour because an earlier
//! one has used up the window. The requests of each user are sent in the order in which they were
//! made.

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
    Requester,
    demand::CompetingDemand,
    forecast::{Slots, send_time},
    usage::Usage,
    window::Window,
};
use crate::server::util::lock::lock;

/// A provider's quota, its usage, and the requests that are waiting for a slot.
#[derive(Debug)]
pub struct Limiter {
    /// Whether part of the quota of each long window, such as a day, is reserved for users who have
    /// used little of that quota.
    is_shared: bool,
    is_unlimited: bool,
    longest_window: Duration,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    usage: Usage,
    /// The tickets of each user's waiting requests, in order of arrival.
    waiting: BTreeMap<Arc<str>, VecDeque<Ticket>>,
    /// Users with waiting requests, in the order of their turns. After a turn, the user moves to
    /// the end.
    turns: VecDeque<Arc<str>>,
    /// End of the pause that the provider asked for, if there was one.
    paused_until: Option<Instant>,
    next_ticket: u64,
}

/// The place of one waiting request in the queue of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket {
    number: u64,
    /// The run that needs the response.
    run: u64,
}

/// Permission to send one request. Dropping it records that the request has ended.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    user: Arc<str>,
    was_used: bool,
}

impl Permit<'_> {
    /// Frees the slot without counting a request. Called if no request was sent.
    pub fn release_unused(mut self) {
        self.was_used = false;
    }
}

/// Who may send the next request, or when to check again.
enum Next {
    Now(Arc<str>),
    /// No slot is free before this time.
    At(Instant),
    /// No slot becomes free before the state changes, for example because a request ends.
    AfterChange,
}

impl Limiter {
    /// Creates a limiter that reserves no slots for new users. If `windows` is empty, requests are
    /// not limited.
    pub fn new(windows: Vec<Window>) -> Self {
        let is_unlimited = windows.is_empty();
        let usage = Usage::new(windows);
        let longest_window = usage.longest_window();
        let state =
            State { usage, waiting: BTreeMap::new(), turns: VecDeque::new(), paused_until: None, next_ticket: 0 };
        Self { is_shared: false, is_unlimited, longest_window, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Creates a limiter that several users share. It reserves a fifth of each long window for
    /// users who have used less than that fifth.
    pub fn shared(windows: Vec<Window>) -> Self {
        Self { is_shared: true, ..Self::new(windows) }
    }

    pub fn unlimited() -> Self {
        Self::new(Vec::new())
    }

    /// Returns the length of the longest window. Requests older than that no longer count toward
    /// the quota.
    pub fn longest_window(&self) -> Duration {
        self.longest_window
    }

    /// Counts the requests of an earlier process toward the quota. `ages` holds the time since each
    /// response. It is unknown which users sent these requests. Must be called before this process
    /// sends its first request.
    pub fn record_past_requests(&self, ages: impl IntoIterator<Item = Duration>) {
        let now = Instant::now();
        let mut past: Vec<Instant> = ages.into_iter().filter_map(|age| now.checked_sub(age)).collect();
        past.sort_unstable();
        let unknown_user: Arc<str> = "".into();
        let mut state = lock(&self.state);
        for at in past {
            state.usage.begin(&unknown_user);
            state.usage.end(&unknown_user, Some(at));
        }
    }

    /// Waits until a request may be sent on behalf of the requester.
    pub async fn acquire(&self, requester: Requester<'_>) -> Permit<'_> {
        let user: Arc<str> = requester.user.into();
        let ticket = lock(&self.state).join(&user, requester.run);
        // Dropping the waiter removes the ticket, whether the request was granted or cancelled.
        let waiter = Waiter { limiter: self, user: &user, ticket };
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registers for notifications before reading the state, so that no change is missed.
            changed.as_mut().enable();
            let next = {
                let mut state = lock(&self.state);
                // Each user's requests are sent in order, so only the user's first waiting request
                // can be next.
                let next = if state.is_first(&user, ticket) {
                    self.next(&mut state, Instant::now())
                } else {
                    Next::AfterChange
                };
                if matches!(&next, Next::Now(next) if *next == user) {
                    state.grant(&user);
                    drop(state);
                    drop(waiter);
                    return Permit { limiter: self, user, was_used: true };
                }
                next
            };
            match next {
                Next::At(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
                // It is another user's turn. The notification that woke this request has also woken
                // the other user's request.
                Next::Now(_) | Next::AfterChange => changed.await,
            }
        }
    }

    /// Pauses all requests for `length`, because the provider asked for it.
    pub fn pause(&self, length: Duration) {
        // If the clock cannot represent the end of the pause, the pause is ignored.
        let Some(until) = Instant::now().checked_add(length) else { return };
        let mut state = lock(&self.state);
        state.paused_until = Some(state.paused_until.map_or(until, |earlier| earlier.max(until)));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Forecasts how long a run of `user` will wait for each of its requests at `positions`, given
    /// the requests that other runs still have to make. Position 1 is the run's next request. For
    /// position 0, the wait is zero.
    pub fn forecast(&self, user: &str, competing: &CompetingDemand, positions: &[usize]) -> Vec<Duration> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        state.usage.advance(now);
        let wait = |&position: &usize| {
            if position == 0 {
                return Duration::ZERO;
            }
            let total = competing.requests_until(position, |other| state.lead(user, other));
            let queue_position = total.saturating_sub(state.usage.in_flight()).max(1);
            self.wait(&state, user, queue_position, now)
        };
        positions.iter().map(wait).collect()
    }

    /// Returns how long it will take until the run's next queued request is sent. If the run has
    /// none, it may wait for the response to a request of another run of the user, so the user's
    /// next request counts. Returns zero if the user has none either.
    pub fn next_due(&self, Requester { user, run }: Requester<'_>) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let Some(turn) = state.turns.iter().position(|other| &**other == user) else { return Duration::ZERO };
        state.usage.advance(now);
        let own = state.waiting.get(user);
        // The user's requests are sent in order, so those of other runs may be ahead.
        let ahead = own.and_then(|tickets| tickets.iter().position(|ticket| ticket.run == run)).unwrap_or(0);
        // Of two users, the one with fewer past requests goes first, until both have made the same
        // number of requests.
        let requests_ahead = |(other_turn, other): (usize, &Arc<str>)| {
            let waiting = state.waiting.get(other).map_or(0, VecDeque::len);
            let turns = i64::try_from(ahead).unwrap_or(i64::MAX) + i64::from(other_turn < turn);
            let precedence = state.lead(user, other).saturating_add(turns);
            waiting.min(usize::try_from(precedence).unwrap_or(0))
        };
        let others = state.turns.iter().enumerate().filter(|(other_turn, _)| *other_turn != turn);
        let queue_position = 1 + ahead + others.map(requests_ahead).sum::<usize>();
        self.wait(&state, user, queue_position, now)
    }

    /// Returns how long it will take until the user's request at this position in the queue is
    /// sent.
    fn wait(&self, state: &State, user: &str, queue_position: usize, now: Instant) -> Duration {
        let earliest = state.paused_until.map_or(now, |until| until.max(now));
        let slots = |(index, window): (usize, Window)| {
            let reserved = self.reserved(state, index, window, user, queue_position);
            Slots { window: index, requests: (window.requests - reserved).max(1), length: window.length }
        };
        let windows: Vec<Slots> = state.usage.windows().enumerate().map(slots).collect();
        send_time(&state.usage, &windows, queue_position, now, earliest) - now
    }

    /// Returns how many slots of a window are reserved for other users if this user wants `more`
    /// slots. That is zero if the user's total stays within the reserve, and the whole reserve
    /// otherwise.
    fn reserved(&self, state: &State, index: usize, window: Window, user: &str, more: usize) -> usize {
        let reserve = if self.is_shared { window.reserve() } else { 0 };
        if state.usage.used_by(index, user) + more > reserve { reserve } else { 0 }
    }

    /// Determines which user may send the next request: among the users with a free slot, the one
    /// who has used the smallest share. Users with equal shares take turns.
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
                Some(at) => soonest = Some(soonest.map_or(at, |earlier| earlier.min(at))),
                None => {}
            }
        }
        match (best, soonest) {
            (Some((_, user)), _) => Next::Now(user.clone()),
            (None, Some(at)) => Next::At(at),
            (None, None) => Next::AfterChange,
        }
    }

    /// Returns the time at which the next slot for this user becomes free, or `None` if that
    /// depends on requests in flight.
    fn free_at(&self, state: &State, user: &str, now: Instant) -> Option<Instant> {
        let usage = &state.usage;
        let mut at = now;
        for (index, window) in usage.windows().enumerate() {
            if let Some(older) = usage.used(index).checked_sub(window.requests) {
                // The window is full. A slot becomes free when enough requests have left the
                // window.
                at = at.max(usage.leaves_at(index, older)?);
            } else if usage.used(index) + self.reserved(state, index, window, user, 1) >= window.requests {
                // All free slots are reserved for other users. The reservation has to be checked
                // again whenever a request leaves the window. The oldest request leaves first.
                at = at.max(usage.leaves_at(index, 0)?);
            }
        }
        Some(at)
    }
}

impl State {
    /// Returns how many more requests `user` has made than `other` within the longest window. The
    /// result is negative if `other` has made more.
    fn lead(&self, user: &str, other: &str) -> i64 {
        if self.usage.longest_window().is_zero() {
            return 0;
        }
        let used = |user: &str| i64::try_from(self.usage.used_by(0, user)).unwrap_or(i64::MAX);
        used(user) - used(other)
    }

    fn join(&mut self, user: &Arc<str>, run: u64) -> Ticket {
        let ticket = Ticket { number: self.next_ticket, run };
        self.next_ticket += 1;
        if !self.waiting.contains_key(user) {
            self.turns.push_back(user.clone());
        }
        self.waiting.entry(user.clone()).or_default().push_back(ticket);
        ticket
    }

    fn is_first(&self, user: &Arc<str>, ticket: Ticket) -> bool {
        self.waiting.get(user).and_then(|tickets| tickets.front()) == Some(&ticket)
    }

    fn grant(&mut self, user: &Arc<str>) {
        self.usage.begin(user);
        self.turns.retain(|other| other != user);
        if let Some(tickets) = self.waiting.get_mut(user) {
            tickets.pop_front();
            if tickets.is_empty() {
                self.waiting.remove(user);
            } else {
                self.turns.push_back(user.clone());
            }
        }
    }

    fn leave(&mut self, user: &Arc<str>, ticket: Ticket) {
        if let Some(tickets) = self.waiting.get_mut(user) {
            tickets.retain(|other| *other != ticket);
            if tickets.is_empty() {
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

/// A request that is waiting for a slot. Dropping it removes its ticket from the queue.
struct Waiter<'a> {
    limiter: &'a Limiter,
    user: &'a Arc<str>,
    ticket: Ticket,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        lock(&self.limiter.state).leave(self.user, self.ticket);
        self.limiter.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
