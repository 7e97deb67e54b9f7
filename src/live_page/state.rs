//! The state of the live page. It consists of many small signals, so that a poll updates only the
//! parts of the page that changed.

use leptos::prelude::*;
use status::{Change, LogEntry, Phase, PhaseState, PhaseStatus, PollAnswer, RunStatus, Status, TimeFields, same_log};

use super::{
    browser,
    data::PageData,
    log_view::{LevelFilter, LogView, count_levels},
    poll::{Connection, LostWatch, PollHealth},
    reader::ReaderWords,
};

/// Number of log entries per block. The browser skips the layout of blocks outside the viewport.
pub const BLOCK: usize = 50;

/// Up to [`BLOCK`] consecutive entries of the activity log, all of the same phase, so that a folded
/// phase consists of whole blocks.
#[derive(Clone, Copy)]
pub struct LogBlock {
    /// Identifies this block of log entries by the log's `generation` (see [`PageState`]) and the
    /// sequence number of the first entry.
    pub key: (u64, u64),
    pub phase: Option<Phase>,
    pub entries: RwSignal<Vec<LogEntry>>,
}

fn last_seq_in(entries: &[LogEntry]) -> u64 {
    entries.last().map_or(0, |entry| entry.seq)
}

/// Everything that the components of the live page show.
#[derive(Clone, Copy)]
pub struct PageState {
    /// The newest status, without its phases and log entries, which have their own signals.
    pub status: RwSignal<Status>,
    pub phases: StoredValue<Vec<RwSignal<PhaseStatus>>>,
    /// Number of server-rendered log lines that are still on the page.
    pub server_lines: RwSignal<u32>,
    /// Sequence number of the last server-rendered log line that is still on the page, or 0 if
    /// there is none.
    last_server_line: StoredValue<u64>,
    /// The log lines that polls have added after the server-rendered ones.
    pub blocks: RwSignal<Vec<LogBlock>>,
    /// Number of log lines in `blocks`.
    added_lines: RwSignal<u64>,
    /// Number of warnings among the log lines on the page.
    warnings: RwSignal<u64>,
    /// Number of errors among the log lines on the page.
    errors: RwSignal<u64>,
    /// Number of debug lines among the server-rendered lines; `None` if the user did not ask for
    /// them.
    pub debug_lines: Option<u64>,
    /// Increases when a response replaces the whole log. The new blocks then get new keys even if
    /// their entries have the same sequence numbers as before.
    generation: StoredValue<u64>,
    /// Sequence number of the newest finding on the page. The findings exist only as HTML.
    pub last_found: StoredValue<u64>,
    /// The time-dependent fields of the newest response.
    pub clock: RwSignal<TimeFields>,
    /// When the newest response arrived, in milliseconds of the browser's monotonic clock; 0 during
    /// server-side rendering.
    pub arrived_ms: RwSignal<i64>,
    /// The current time of the browser's monotonic clock in milliseconds, updated once a second.
    pub now_ms: RwSignal<i64>,
    pub connection: RwSignal<Connection>,
    /// How long the device has slept since the newest response, in milliseconds.
    pub slept_ms: RwSignal<i64>,
    /// When the page was last connected, in milliseconds of the monotonic clock.
    connected_until_ms: RwSignal<i64>,
    /// Incremented to request an immediate poll: when the user clicks *Try now*, or after the
    /// device has slept.
    pub try_now: RwSignal<u32>,
    pub health: StoredValue<PollHealth>,
    /// Whether the server has responded `not_found` so often that the run's status counts as lost.
    pub is_lost: RwSignal<bool>,
    lost_watch: StoredValue<LostWatch>,
    /// The newest announcement for screen readers.
    pub announcement: RwSignal<String>,
    /// The user's view settings for the log.
    pub log: LogView,
    /// When the attempt was accepted. "Since start" times in the log are measured from this time.
    pub started_at: StoredValue<String>,
    /// Whether the user has paused the updates.
    pub paused: RwSignal<bool>,
    /// URL of the *View Portfolio Dashboard* link.
    pub dashboard_url: StoredValue<String>,
    /// URL of the *Sign In* link, if a sign-in page is configured.
    pub sign_in_url: StoredValue<Option<String>>,
    /// A sentence that explains why the viewer cannot cancel or retry this run; `None` if they can.
    pub read_only: StoredValue<Option<String>>,
    /// Whether the viewer may correct the positions, and their file is stored.
    pub can_correct: bool,
}

impl PageState {
    /// Returns whether the viewer can cancel and retry this run.
    pub fn may_change(&self) -> bool {
        self.read_only.with_value(Option::is_none)
    }

    /// Returns the words for the reader of this page.
    pub fn words(&self) -> &'static ReaderWords {
        ReaderWords::new(self.may_change())
    }

    /// Creates the initial state of a page from its [`PageData`].
    pub fn new(data: PageData) -> Self {
        let PageData {
            mut status,
            server_lines,
            last_server_line,
            last_found,
            warnings,
            errors,
            debug_lines,
            dashboard_url,
            sign_in_url,
            read_only,
            can_correct,
        } = data;
        let phases = status.phases.take().unwrap_or_else(|| Phase::ALL.map(PhaseStatus::pending).into());
        Self {
            clock: RwSignal::new(status.clock()),
            phases: StoredValue::new(phases.into_iter().map(RwSignal::new).collect()),
            server_lines: RwSignal::new(server_lines),
            last_server_line: StoredValue::new(last_server_line),
            blocks: RwSignal::new(Vec::new()),
            added_lines: RwSignal::new(0),
            warnings: RwSignal::new(warnings),
            errors: RwSignal::new(errors),
            debug_lines,
            generation: StoredValue::new(0),
            last_found: StoredValue::new(last_found),
            arrived_ms: RwSignal::new(0),
            now_ms: RwSignal::new(0),
            connection: RwSignal::new(if status.is_over() { Connection::Over } else { Connection::Fresh }),
            slept_ms: RwSignal::new(0),
            connected_until_ms: RwSignal::new(0),
            try_now: RwSignal::new(0),
            health: StoredValue::new(PollHealth::default()),
            is_lost: RwSignal::new(false),
            lost_watch: StoredValue::new(LostWatch::default()),
            announcement: RwSignal::default(),
            log: LogView::new(),
            started_at: StoredValue::new(status.started_at.clone().unwrap_or_default()),
            paused: RwSignal::new(false),
            dashboard_url: StoredValue::new(dashboard_url),
            sign_in_url: StoredValue::new(sign_in_url),
            read_only: StoredValue::new(read_only),
            can_correct,
            status: RwSignal::new(status),
        }
    }

    /// Applies a poll response that arrived at `now_ms`. The poll had requested the log entries
    /// after sequence number `after`.
    pub fn apply(&self, response: PollAnswer, after: u64, now_ms: i64) {
        self.arrived_ms.set(now_ms);
        self.now_ms.set(now_ms);
        self.slept_ms.set(0);
        let state = match &response {
            PollAnswer::Unchanged(_) => self.status.with_untracked(|status| status.status),
            PollAnswer::Changed(change) => change.status.status,
        };
        let mut watch = self.lost_watch.get_value();
        self.is_lost.set(watch.is_lost(state, now_ms));
        self.lost_watch.set_value(watch);
        match response {
            PollAnswer::Unchanged(clock) => self.clock.set(clock),
            PollAnswer::Changed(change) => {
                let Change { mut status, found } = *change;
                self.clock.set(status.clock());
                if status.status == RunStatus::NotFound && self.status.with_untracked(|known| known.attempt > 0) {
                    // Ignore this response: it reports no run, but an earlier response did contain
                    // the run.
                    return;
                }
                let known = self.status.with_untracked(|known| (known.attempt, known.version));
                // The response replaces the log on the page if it contains the whole log, or if its
                // log entries are numbered differently from those on the page.
                let is_other_run = !same_log(known, (status.attempt, status.version));
                if is_other_run {
                    self.last_found.set_value(0);
                }
                browser::show_found(&found, is_other_run, status.is_over());
                if let Some(newest) = found.last() {
                    self.last_found.update_value(|last| *last = newest.seq.max(*last));
                }
                if after == 0 || is_other_run {
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
                self.status.set(status);
            }
        }
    }

    /// Returns whether a later attempt has superseded the one on the page.
    pub fn is_earlier(&self) -> bool {
        self.status.with_untracked(|status| status.attempt < status.attempts)
    }

    /// Returns the URL of the live page without an attempt number, which always leads to the newest
    /// attempt.
    pub fn page_url(&self) -> String {
        self.status.with_untracked(|status| format!("/onboarding/progress?portfolioId={}", status.portfolio_id))
    }

    /// Returns the query parameter that selects the attempt on the page, with its `&`. It is empty
    /// for the newest attempt.
    pub fn attempt_parameter(&self) -> String {
        let attempt = self.status.with_untracked(|status| status.attempt);
        if self.is_earlier() { format!("&attempt={attempt}") } else { String::new() }
    }

    /// Returns the path of the downloaded log.
    pub fn log_url(&self) -> String {
        self.status.with_untracked(|status| format!("/api/v1/onboarding/status/{}/logs", status.portfolio_id))
    }

    /// Clears the log on the page. The response that is being applied contains the complete log.
    fn forget_log(&self) {
        self.generation.update_value(|generation| *generation += 1);
        self.server_lines.set(0);
        self.last_server_line.set_value(0);
        self.blocks.set(Vec::new());
        self.added_lines.set(0);
        self.warnings.set(0);
        self.errors.set(0);
        self.log.forget_lines();
    }

    /// Returns the sequence number of the newest log entry on the page. Subscribes the caller to
    /// changes to the log.
    pub fn newest_seq(&self) -> u64 {
        let first = self.last_server_line.get_value();
        self.blocks
            .with(|blocks| blocks.last().map_or(first, |block| block.entries.with(|entries| last_seq_in(entries))))
    }

    /// Like [`Self::newest_seq`], but does not subscribe the caller.
    pub fn last_seq(&self) -> u64 {
        untrack(|| self.newest_seq())
    }

    /// Returns how many of the run's log entries are on the page, and how many are missing.
    pub fn count_lines(&self) -> (u64, u64) {
        let count = u64::from(self.server_lines.get()) + self.added_lines.get();
        let written = self.newest_seq().max(self.status.with(|status| status.last_seq));
        (count, written.saturating_sub(count))
    }

    /// Returns how many lines a filter other than [`LevelFilter::All`] shows.
    pub fn count_shown(&self, filter: LevelFilter) -> u64 {
        self.errors.get() + if filter == LevelFilter::Errors { 0 } else { self.warnings.get() }
    }

    /// Returns whether a block that starts with entry `seq` contains the first line of its phase.
    pub fn starts_phase(&self, phase: Option<Phase>, seq: u64) -> bool {
        let status = phase.and_then(|phase| self.phases.with_value(|phases| phases.get(phase.index()).copied()));
        status.is_some_and(|status| status.with_untracked(|status| status.first_seq == Some(seq)))
    }

    fn append(&self, entries: Vec<LogEntry>) {
        let last = self.last_seq();
        let fresh: Vec<_> = entries.into_iter().filter(|entry| entry.seq > last).collect();
        if fresh.is_empty() {
            return;
        }
        self.added_lines.update(|count| *count += fresh.len() as u64);
        let (warnings, errors) = count_levels(&fresh);
        self.warnings.update(|count| *count += warnings);
        self.errors.update(|count| *count += errors);
        let mut fresh = fresh.into_iter().peekable();
        while let Some(next) = fresh.peek() {
            let (key, phase) = ((self.generation.get_value(), next.seq), next.phase_id);
            let open = self.blocks.with_untracked(|blocks| blocks.last().copied());
            let open = open.filter(|block| block.phase == phase && block.entries.with_untracked(Vec::len) < BLOCK);
            let block = open.unwrap_or_else(|| {
                let block = LogBlock { key, phase, entries: RwSignal::default() };
                self.blocks.update(|blocks| blocks.push(block));
                block
            });
            block.entries.update(|entries| {
                while entries.len() < BLOCK
                    && let Some(entry) = fresh.next_if(|entry| entry.phase_id == phase)
                {
                    entries.push(entry);
                }
            });
        }
    }

    /// Returns the whole seconds since the newest response. The count stops while the page is not
    /// connected, because the run may have stopped too.
    fn ticked_seconds(&self) -> u64 {
        let now_ms =
            if self.connection.get() == Connection::Live { self.now_ms.get() } else { self.connected_until_ms.get() };
        u64::try_from((now_ms - self.arrived_ms.get()) / 1000).unwrap_or(0)
    }

    /// Sets the connection state. If the page was connected until now, records the current time.
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

    /// Returns the whole seconds since the run was accepted: the elapsed time in the newest
    /// response, plus the time since that response.
    pub fn elapsed_seconds(&self) -> u64 {
        self.clock.with(|clock| clock.elapsed_seconds) + self.ticked_seconds()
    }

    /// Returns the whole seconds since the run last reported progress.
    pub fn heartbeat_age_seconds(&self) -> u64 {
        self.clock.with(|clock| clock.heartbeat_age_seconds) + self.ticked_seconds()
    }

    /// Returns the whole seconds until the data provider accepts the next request, or `None` if no
    /// request is waiting for the provider.
    pub fn limit_wait_seconds(&self) -> Option<u64> {
        let seconds = self.clock.with(|clock| clock.limit_wait_seconds)?;
        Some(seconds.saturating_sub(self.ticked_seconds()))
    }

    /// Returns the duration of a phase in whole seconds. For a running phase, that is its duration
    /// until now.
    ///
    /// The duration in `phase` is as old as the newest status, because responses without a new
    /// status update only the time fields. This method adds the time that has passed since that
    /// status.
    pub fn phase_seconds(&self, phase: &PhaseStatus) -> Option<u64> {
        let seconds = phase.duration_seconds?;
        if phase.status != PhaseState::Running {
            return Some(seconds);
        }
        let since = self.status.with(|status| status.elapsed_seconds);
        Some(seconds + self.elapsed_seconds().saturating_sub(since))
    }
}
