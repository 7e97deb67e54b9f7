//! Traffic limits: the number of requests in flight, and the bytes that they hold in memory, per
//! user and in total.
//!
//! A request is in flight until its response has been sent. The request holds the bytes of its body
//! that have arrived, and the bytes of its response that the client has not read yet. The first
//! [`FREE_BYTES`] of each request are not counted, so that ordinary requests still succeed while
//! large requests are rejected. The limit on the number of requests also bounds these uncounted
//! bytes.

pub mod admission;
pub mod arriving_body;
mod response_body;
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

/// Number of bytes that each request may hold without counting against the byte limits.
const FREE_BYTES: usize = 64 * 1024;

/// How long a handler may take to respond after the last byte of the request has arrived. Shorter
/// than the connection's idle timeout, so that the client still gets an error response.
const MAX_WORK: Duration = Duration::from_secs(25);

/// The traffic limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// One user's limit on requests in flight.
    UserRequests,
    /// One user's limit on bytes held in memory.
    UserBytes,
    /// The limit on requests in flight, or on bytes in memory, for all users together.
    Server,
}

/// Counts the requests in flight and the bytes that they hold in memory.
pub struct Traffic {
    limits: TrafficLimits,
    load: Mutex<Load>,
}

#[derive(Default)]
struct Load {
    total: Usage,
    /// Usage of each user who has a request in flight.
    users: HashMap<RateKey, Usage>,
}

#[derive(Clone, Copy, Default)]
struct Usage {
    requests: usize,
    bytes: usize,
}

impl Usage {
    /// Returns whether `bytes` additional bytes fit within `limit`. A request that is larger than
    /// the limit fits only while no other request holds bytes.
    fn fits(self, bytes: usize, limit: usize) -> bool {
        self.bytes == 0 || self.bytes + bytes <= limit
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Traffic").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Traffic {
    pub fn new(limits: TrafficLimits) -> Self {
        Self { limits, load: Mutex::default() }
    }

    /// Counts a new request until the returned value is dropped.
    ///
    /// # Errors
    /// Returns [`Overload::Server`] if the server has too many requests in flight.
    pub(super) fn begin(self: &Arc<Self>) -> Result<Arc<InFlight>, Overload> {
        let mut load = lock(&self.load);
        if load.total.requests >= self.limits.requests {
            return Err(Overload::Server);
        }
        load.total.requests += 1;
        Ok(Arc::new(InFlight {
            traffic: self.clone(),
            share: Mutex::new(Share { user: None, held: 0, last_arrival: Instant::now() }),
        }))
    }
}

/// A request in flight. It counts against the traffic limits until this value is dropped.
pub struct InFlight {
    traffic: Arc<Traffic>,
    share: Mutex<Share>,
}

/// How much one request counts against the traffic limits.
struct Share {
    user: Option<RateKey>,
    /// Number of bytes that the request holds in memory, including the first [`FREE_BYTES`].
    held: usize,
    /// When the request began or last received bytes.
    last_arrival: Instant,
}

impl Share {
    /// Returns the number of bytes that count against the limits.
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
    /// Counts the request against the limits of the user who sent it, once the user is known.
    ///
    /// # Errors
    /// Returns [`Overload::UserRequests`] if the user has too many requests in flight.
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

    /// Adds `bytes` to the bytes that the request holds.
    ///
    /// # Errors
    /// Returns [`Overload::UserBytes`] or [`Overload::Server`] if the bytes would exceed a limit.
    /// In that case, they are not added.
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
        share.last_arrival = Instant::now();
        Ok(())
    }

    /// Completes once no bytes of the request have arrived for [`MAX_WORK`].
    async fn stalled(&self) {
        loop {
            let ends = lock(&self.share).last_arrival + MAX_WORK;
            if Instant::now() >= ends {
                return;
            }
            tokio::time::sleep_until(ends).await;
        }
    }

    /// Frees the bytes that the request holds. The request itself stays in flight.
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
