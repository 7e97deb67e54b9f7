//! The state of the live page, in signals fine enough that a poll touches only what changed.

use leptos::prelude::*;

use crate::{
    poll::Connection,
    status::{Clock, LogEntry, Phase, PhaseState, PhaseStatus, PollAnswer, Status, same_log},
};

/// Entries per block of the log. A block that is out of sight costs the browser nothing.
pub const BLOCK: usize = 50;

/// Up to [`BLOCK`] entries of the log.
#[derive(Clone, Copy)]
pub struct LogBlock {
    /// Which log it belongs to (a log taken anew is another one) and the number of its first entry.
    pub key: (u64, u64),
    /// Its entries, in order.
    pub entries: RwSignal<Vec<LogEntry>>,
}

/// Everything the components show.
#[derive(Clone, Copy)]
pub struct Live {
    /// The newest status, without its phases and entries.
    pub status: RwSignal<Status>,
    /// The nine phases.
    pub phases: StoredValue<Vec<RwSignal<PhaseStatus>>>,
    /// The log, in blocks.
    pub blocks: RwSignal<Vec<LogBlock>>,
    /// Grows when the log is taken anew: its blocks are then new ones, whatever their numbers.
    generation: StoredValue<u64>,
    /// The newest readings of the server's clock.
    pub clock: RwSignal<Clock>,
    /// When they arrived, in milliseconds of the browser's monotonic clock; 0 while the server renders.
    pub arrived_ms: RwSignal<i64>,
    /// The browser's monotonic clock, ticking once a second.
    pub now_ms: RwSignal<i64>,
    /// What stands between page and server.
    pub connection: RwSignal<Connection>,
    /// Whether times are shown in the reader's zone: the server does not know it, so not in the first HTML.
    pub local_time: RwSignal<bool>,
    /// Whether a person paused the updates.
    pub paused: RwSignal<bool>,
    /// Where "View Portfolio Dashboard" leads.
    pub dashboard_url: StoredValue<String>,
}

impl Live {
    /// The state that shows `status`, which has all its entries.
    pub fn new(mut status: Status, dashboard_url: String) -> Self {
        let phases = status.phases.take().unwrap_or_else(|| Phase::ALL.map(PhaseStatus::pending).into());
        let entries = std::mem::take(&mut status.activity_log);
        let live = Self {
            clock: RwSignal::new(status.clock()),
            phases: StoredValue::new(phases.into_iter().map(RwSignal::new).collect()),
            blocks: RwSignal::new(Vec::new()),
            generation: StoredValue::new(0),
            arrived_ms: RwSignal::new(0),
            now_ms: RwSignal::new(0),
            connection: RwSignal::new(if status.is_over() { Connection::Over } else { Connection::Fresh }),
            local_time: RwSignal::new(false),
            paused: RwSignal::new(false),
            dashboard_url: StoredValue::new(dashboard_url),
            status: RwSignal::new(status),
        };
        live.append(entries);
        live
    }

    /// Takes the answer to a poll, which arrived at `now_ms`.
    pub fn take(&self, answer: PollAnswer, now_ms: i64) {
        self.arrived_ms.set(now_ms);
        self.now_ms.set(now_ms);
        match answer {
            PollAnswer::Unchanged(clock) => self.clock.set(clock),
            PollAnswer::Changed(mut status) => {
                self.clock.set(status.clock());
                let known = self.status.with_untracked(|known| (known.attempt, known.version));
                if !same_log(known, (status.attempt, status.version)) {
                    self.generation.update_value(|generation| *generation += 1);
                    self.blocks.set(Vec::new());
                }
                for (signal, phase) in self.phases.get_value().into_iter().zip(status.phases.take().unwrap_or_default())
                {
                    if signal.with_untracked(|known| *known != phase) {
                        signal.set(phase);
                    }
                }
                self.append(std::mem::take(&mut status.activity_log));
                self.status.set(*status);
            }
        }
    }

    /// Number of the newest entry on the page.
    pub fn last_seq(&self) -> u64 {
        self.blocks
            .with_untracked(|blocks| {
                blocks
                    .last()
                    .and_then(|block| block.entries.with_untracked(|entries| entries.last().map(|entry| entry.seq)))
            })
            .unwrap_or(0)
    }

    fn append(&self, entries: Vec<LogEntry>) {
        let last = self.last_seq();
        let mut fresh = entries.into_iter().filter(|entry| entry.seq > last).peekable();
        while let Some(next) = fresh.peek() {
            let key = (self.generation.get_value(), next.seq);
            let open = self.blocks.with_untracked(|blocks| blocks.last().copied());
            let open = open.filter(|block| block.entries.with_untracked(Vec::len) < BLOCK);
            if let Some(block) = open {
                block.entries.update(|entries| {
                    let room = BLOCK - entries.len();
                    entries.extend(fresh.by_ref().take(room));
                });
            } else {
                let entries = RwSignal::new(fresh.by_ref().take(BLOCK).collect());
                self.blocks.update(|blocks| blocks.push(LogBlock { key, entries }));
            }
        }
    }

    /// Seconds since the newest answer, while the page is connected; what is not known to go on does not tick.
    fn ticked_seconds(&self) -> u64 {
        if self.connection.get() != Connection::Live {
            return 0;
        }
        u64::try_from((self.now_ms.get() - self.arrived_ms.get()) / 1000).unwrap_or(0)
    }

    /// Whole seconds since the run was accepted, ticking; never less than the server said.
    pub fn elapsed_seconds(&self) -> u64 {
        self.clock.with(|clock| clock.elapsed_seconds) + self.ticked_seconds()
    }

    /// Whole seconds since the batch last reported.
    pub fn heartbeat_age_seconds(&self) -> u64 {
        self.clock.with(|clock| clock.heartbeat_age_seconds) + self.ticked_seconds()
    }

    /// Whole seconds until the data provider's limit lets the next request through; `None` when nothing waits for it.
    pub fn limit_wait_seconds(&self) -> Option<u64> {
        let seconds = self.clock.with(|clock| clock.limit_wait_seconds)?;
        Some(seconds.saturating_sub(self.ticked_seconds()))
    }

    /// Whole seconds a phase took or has been running for.
    ///
    /// The status that says since when it runs may be older than the clock's reading, where nothing else changed.
    pub fn phase_seconds(&self, phase: &PhaseStatus) -> Option<u64> {
        let seconds = phase.duration_seconds?;
        if phase.status != PhaseState::Running {
            return Some(seconds);
        }
        let since = self.status.with(|status| status.elapsed_seconds);
        Some(seconds + self.elapsed_seconds().saturating_sub(since))
    }
}
