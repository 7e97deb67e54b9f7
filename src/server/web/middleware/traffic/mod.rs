//! Limits on what is under way: requests, and the bytes they hold in memory, per user and in total.
//!
//! A request is under way until its answer has been sent. It holds the bytes of its body that have
//! arrived, and those of its answer that wait to be read. The first [`FREE_BYTES`] of each request
//! are not counted: the number of requests bounds them, and ordinary requests are answered while
//! large ones are refused.

pub mod admission;
mod answer_body;
pub mod arriving_body;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::Instant;

use crate::server::{config::traffic_limits::TrafficLimits, util::lock::lock, web::identity::rate_key::RateKey};

/// Bytes of a request that are not counted.
const FREE_BYTES: usize = 64 * 1024;

/// How long an answer may take once the request has stopped arriving. Shorter than the time after
/// which the connection is closed, so that the client still gets an error.
const LONGEST_WORK: Duration = Duration::from_secs(25);

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// The requests of this user.
    UserRequests,
    /// The bytes of this user.
    UserBytes,
    /// The requests, or the bytes, of everybody together.
    Server,
}

/// What is under way.
pub struct Traffic {
    limits: TrafficLimits,
    load: Mutex<Load>,
}

#[derive(Default)]
struct Load {
    total: Usage,
    /// Users with a request under way; the others are forgotten.
    users: HashMap<RateKey, Usage>,
}

#[derive(Clone, Copy, Default)]
struct Usage {
    requests: usize,
    bytes: usize,
}

impl Usage {
    /// Returns whether `bytes` more fit. A request over the limit fits only while it is alone.
    fn fits(self, bytes: usize, most: usize) -> bool {
        self.bytes == 0 || self.bytes + bytes <= most
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Traffic").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Traffic {
    /// Nothing under way yet.
    pub fn new(limits: TrafficLimits) -> Self {
        Self { limits, load: Mutex::default() }
    }

    /// Begins a request.
    ///
    /// # Errors
    /// [`Overload::Server`].
    pub(super) fn begin(self: &Arc<Self>) -> Result<Arc<InFlight>, Overload> {
        let mut load = lock(&self.load);
        if load.total.requests >= self.limits.requests {
            return Err(Overload::Server);
        }
        load.total.requests += 1;
        Ok(Arc::new(InFlight {
            traffic: self.clone(),
            share: Mutex::new(Share { user: None, held: 0, moved: Instant::now() }),
        }))
    }
}

/// A request under way; what it holds is free again when this is dropped.
pub struct InFlight {
    traffic: Arc<Traffic>,
    share: Mutex<Share>,
}

/// What one request holds.
struct Share {
    user: Option<RateKey>,
    /// Bytes that are held, counted or not.
    held: usize,
    /// When something last arrived.
    moved: Instant,
}

impl Share {
    /// Those that are counted.
    fn counted(&self) -> usize {
        self.held.saturating_sub(FREE_BYTES)
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InFlight").finish_non_exhaustive()
    }
}

impl InFlight {
    /// Counts the request under this key.
    ///
    /// # Errors
    /// [`Overload::UserRequests`].
    pub fn belongs_to(&self, key: &RateKey) -> Result<(), Overload> {
        let mut share = lock(&self.share);
        if share.user.is_some() {
            return Ok(());
        }
        let mut load = lock(&self.traffic.load);
        let usage = load.users.get(key).copied().unwrap_or_default();
        if usage.requests >= self.traffic.limits.user_requests {
            return Err(Overload::UserRequests);
        }
        let usage = Usage { requests: usage.requests + 1, bytes: usage.bytes + share.counted() };
        load.users.insert(key.clone(), usage);
        share.user = Some(key.clone());
        Ok(())
    }

    /// Adds `bytes` to what the request holds.
    ///
    /// # Errors
    /// [`Overload::UserBytes`], [`Overload::Server`]; nothing is taken then.
    pub fn hold(&self, bytes: usize) -> Result<(), Overload> {
        let mut share = lock(&self.share);
        let more = (share.held + bytes).saturating_sub(FREE_BYTES) - share.counted();
        if more > 0 {
            let limits = self.traffic.limits;
            let mut load = lock(&self.traffic.load);
            let others = |usage: Usage| Usage { bytes: usage.bytes - share.counted(), ..usage };
            let user = share.user.as_ref().and_then(|user| load.users.get(user)).copied();
            let after = share.counted() + more;
            if user.is_some_and(|user| !others(user).fits(after, limits.user_bytes)) {
                return Err(Overload::UserBytes);
            }
            if !others(load.total).fits(after, limits.bytes) {
                return Err(Overload::Server);
            }
            load.total.bytes += more;
            if let Some(usage) = share.user.as_ref().and_then(|user| load.users.get_mut(user)) {
                usage.bytes += more;
            }
        }
        share.held += bytes;
        share.moved = Instant::now();
        Ok(())
    }

    /// Completes when nothing has arrived for [`LONGEST_WORK`].
    async fn stalled(&self) {
        loop {
            let ends = lock(&self.share).moved + LONGEST_WORK;
            if Instant::now() >= ends {
                return;
            }
            tokio::time::sleep_until(ends).await;
        }
    }

    /// Gives back what is held so far; the request goes on.
    pub fn release(&self) {
        let mut share = lock(&self.share);
        let counted = share.counted();
        share.held = 0;
        let mut load = lock(&self.traffic.load);
        load.total.bytes -= counted;
        if let Some(usage) = share.user.as_ref().and_then(|user| load.users.get_mut(user)) {
            usage.bytes -= counted;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.release();
        let share = lock(&self.share);
        let mut load = lock(&self.traffic.load);
        load.total.requests -= 1;
        if let Some(user) = &share.user
            && let Some(usage) = load.users.get_mut(user)
        {
            usage.requests -= 1;
            if usage.requests == 0 {
                load.users.remove(user);
            }
        }
    }
}
