//! The state of the live page, in signals fine enough that a poll touches only what changed.

use leptos::prelude::*;
use status::{LogEntry, Phase, PhaseState, PhaseStatus, PollAnswer, RunStatus, Status, TimeFields, same_log};

use super::{
    data::PageData,
    log_view::{LogLine, LogView},
    poll::{Connection, LostWatch, PollHealth},
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

fn last_of(entries: &[LogEntry]) -> u64 {
    entries.last().map_or(0, |entry| entry.seq)
}

/// Everything the components show.
#[derive(Clone, Copy)]
pub struct PageState {
    /// The newest status, without its phases and entries.
    pub status: RwSignal<Status>,
    /// The nine phases.
    pub phases: StoredValue<Vec<RwSignal<PhaseStatus>>>,
    /// How many lines of the log the server rendered and are still there.
    pub server_lines: RwSignal<u32>,
    /// Number of the last of them.
    last_server_line: StoredValue<u64>,
    /// The lines after them, in blocks.
    pub blocks: RwSignal<Vec<LogBlock>>,
    /// Grows when the log is taken anew: its blocks are then new ones, whatever their numbers.
    generation: StoredValue<u64>,
    /// The newest readings of the server's clock.
    pub clock: RwSignal<TimeFields>,
    /// When they arrived, in milliseconds of the browser's monotonic clock; 0 while the server renders.
    pub arrived_ms: RwSignal<i64>,
    /// The browser's monotonic clock, ticking once a second.
    pub now_ms: RwSignal<i64>,
    /// What stands between page and server.
    pub connection: RwSignal<Connection>,
    /// How long the device slept since the newest answer, in milliseconds.
    pub slept_ms: RwSignal<i64>,
    /// Until when on that clock the page was connected.
    connected_until_ms: RwSignal<i64>,
    /// Grows when a person asks for news at once.
    pub try_now: RwSignal<u32>,
    /// How polling went so far.
    pub health: StoredValue<PollHealth>,
    /// Whether no run is known although the server was asked often enough.
    pub is_lost: RwSignal<bool>,
    lost_watch: StoredValue<LostWatch>,
    /// What a screen reader was told last.
    pub announced: RwSignal<String>,
    /// How the reader wants to see the log.
    pub log: LogView,
    /// When the attempt was accepted: what times since the start count from.
    pub started_at: StoredValue<String>,
    /// Whether a person paused the updates.
    pub paused: RwSignal<bool>,
    /// Where "View Portfolio Dashboard" leads.
    pub dashboard_url: StoredValue<String>,
    /// Where "Sign In" leads, where there is such a place.
    pub sign_in_url: StoredValue<Option<String>>,
    /// Why whoever looks at it cannot cancel and retry, where they cannot.
    pub read_only: StoredValue<Option<String>>,
}

impl PageState {
    /// Whether whoever looks at it can cancel and retry.
    pub fn may_change(&self) -> bool {
        self.read_only.with_value(Option::is_none)
    }

    /// The state that shows this data.
    pub fn new(data: PageData) -> Self {
        let PageData { mut status, server_lines, last_server_line, dashboard_url, sign_in_url, read_only } = data;
        let phases = status.phases.take().unwrap_or_else(|| Phase::ALL.map(PhaseStatus::pending).into());
        Self {
            clock: RwSignal::new(status.clock()),
            phases: StoredValue::new(phases.into_iter().map(RwSignal::new).collect()),
            server_lines: RwSignal::new(server_lines),
            last_server_line: StoredValue::new(last_server_line),
            blocks: RwSignal::new(Vec::new()),
            generation: StoredValue::new(0),
            arrived_ms: RwSignal::new(0),
            now_ms: RwSignal::new(0),
            connection: RwSignal::new(if status.is_over() { Connection::Over } else { Connection::Fresh }),
            slept_ms: RwSignal::new(0),
            connected_until_ms: RwSignal::new(0),
            try_now: RwSignal::new(0),
            health: StoredValue::new(PollHealth::default()),
            is_lost: RwSignal::new(false),
            lost_watch: StoredValue::new(LostWatch::default()),
            announced: RwSignal::default(),
            log: LogView::new(),
            started_at: StoredValue::new(status.started_at.clone().unwrap_or_default()),
            paused: RwSignal::new(false),
            dashboard_url: StoredValue::new(dashboard_url),
            sign_in_url: StoredValue::new(sign_in_url),
            read_only: StoredValue::new(read_only),
            status: RwSignal::new(status),
        }
    }

    /// Takes the answer to a poll, which arrived at `now_ms`; `after` is the number of the entry that it was asked to
    /// start behind.
    pub fn take(&self, answer: PollAnswer, after: u64, now_ms: i64) {
        self.arrived_ms.set(now_ms);
        self.now_ms.set(now_ms);
        self.slept_ms.set(0);
        let state = match &answer {
            PollAnswer::Unchanged(_) => self.status.with_untracked(|status| status.status),
            PollAnswer::Changed(status) => status.status,
        };
        let mut watch = self.lost_watch.get_value();
        self.is_lost.set(watch.is_lost(state, now_ms));
        self.lost_watch.set_value(watch);
        match answer {
            PollAnswer::Unchanged(clock) => self.clock.set(clock),
            PollAnswer::Changed(mut status) => {
                self.clock.set(status.clock());
                if status.status == RunStatus::NotFound && self.status.with_untracked(|known| known.attempt > 0) {
                    // What was seen was there: an answer without it is no news.
                    return;
                }
                let known = self.status.with_untracked(|known| (known.attempt, known.version));
                // Asked for from the start, it takes the place of the log that is here.
                if after == 0 || !same_log(known, (status.attempt, status.version)) {
                    self.forget_log();
                    self.started_at.set_value(status.started_at.clone().unwrap_or_default());
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

    /// Whether a later attempt took the place of the one that is shown.
    pub fn is_earlier(&self) -> bool {
        self.status.with_untracked(|status| status.attempt < status.attempts)
    }

    /// Takes the log off the page, for the one that an answer brings in its place.
    fn forget_log(&self) {
        self.generation.update_value(|generation| *generation += 1);
        self.server_lines.set(0);
        self.last_server_line.set_value(0);
        self.blocks.set(Vec::new());
    }

    /// Number of the newest entry on the page.
    pub fn newest_seq(&self) -> u64 {
        let first = self.last_server_line.get_value();
        self.blocks.with(|blocks| blocks.last().map_or(first, |block| block.entries.with(|entries| last_of(entries))))
    }

    /// The same, of this moment.
    pub fn last_seq(&self) -> u64 {
        untrack(|| self.newest_seq())
    }

    /// How many entries are on the page, and how many of those that were written are not.
    pub fn count_lines(&self) -> (u64, u64) {
        let later = self.blocks.with(|blocks| match blocks.as_slice() {
            [] => 0,
            // All blocks but the last one are full.
            [full @ .., last] => (full.len() * BLOCK + last.entries.with(Vec::len)) as u64,
        });
        let count = u64::from(self.server_lines.get()) + later;
        let written = self.newest_seq().max(self.status.with(|status| status.last_seq));
        (count, written.saturating_sub(count))
    }

    /// Numbers of the lines that are shown and contain the query: first of these, which the server
    /// rendered, then of the later ones.
    pub fn matches(&self, server_lines: &[LogLine]) -> Vec<u64> {
        let mut found: Vec<u64> =
            server_lines.iter().filter(|line| self.log.finds(line.level, &line.message)).map(|line| line.seq).collect();
        self.blocks.with(|blocks| {
            for block in blocks {
                let finds = |entry: &&LogEntry| self.log.finds(entry.level, &entry.message);
                block.entries.with(|entries| found.extend(entries.iter().filter(finds).map(|entry| entry.seq)));
            }
        });
        found
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

    /// Seconds since the newest answer, while the page is connected; what is not known to go on does not tick, and
    /// stays where it was.
    fn ticked_seconds(&self) -> u64 {
        let now_ms =
            if self.connection.get() == Connection::Live { self.now_ms.get() } else { self.connected_until_ms.get() };
        u64::try_from((now_ms - self.arrived_ms.get()) / 1000).unwrap_or(0)
    }

    /// Takes note of what stands between the page and the server.
    pub fn set_connection(&self, connection: Connection) {
        let known = self.connection.get_untracked();
        if known == connection {
            return;
        }
        if known == Connection::Live {
            self.connected_until_ms.set(self.now_ms.get_untracked());
        }
        self.connection.set(connection);
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
