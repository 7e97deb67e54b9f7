//! Compares the tracker and the store with a simple model. The test generates random sequences of
//! starts, reports, failures, retries, corrections, deletions, crashes, reads, and writes by
//! workers that have been replaced. Whenever a step reads the status, the status must agree with
//! the model and with what earlier reads returned.
//!
//! The model keeps track of the active attempt, the log entries that the store has accepted, and
//! the status shown last. It has no locks, lease epochs or SQL. A page that polls now and then must
//! show the same findings as a page that is opened at that moment.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{collections::BTreeMap, sync::Arc};

use portfolio_setup::server::{
    findings::{Finding, TilePrice, all_for_page},
    setups::{SetupService, Shown, StatusQuery},
    store::{
        Correction, FileSource, FinishedPhase, JobEngine, KeyFigures, NewPortfolio, Preview, PreviewEntries, Quotas,
        RunKey, Store, StoreError, StoredFile, UploadStore,
    },
    tracker::{Event, LiveRun, Plan},
    util::viewer::Viewer,
};
use proptest::prelude::*;
use scripted::{Script, ScriptedSource, ScriptedStore};
use status::{Change, LogLevel, Phase, PhaseState, PollAnswer, RunError, RunStatus, Status, same_log};
use tempfile::TempDir;
use uuid::Uuid;

/// Number of portfolios in a test case. Each belongs to a different user.
const PORTFOLIOS: usize = 2;

/// One step of a test case. The first number selects a portfolio, except in `Zombie`.
#[derive(Clone, Debug)]
enum Step {
    /// The owner uploads a file as a preview, and presses *Start Setup* twice.
    Create(usize),
    /// A worker claims the run, either for the first time or because the previous worker is
    /// considered dead.
    Take(usize),
    Log(usize, LogLevel, u8),
    Advance(usize, u8),
    /// The running phase finds the prices of a symbol.
    Find(usize, u8),
    StartPhase(usize),
    FinishPhase(usize),
    Flush(usize),
    Fail(usize),
    Complete(usize),
    /// The owner retries, or starts over as *Refresh to latest prices* does.
    Retry(usize, bool),
    Rename(usize, u8),
    /// The owner corrects the positions, and presses *Start Setup* twice.
    Correct(usize),
    /// The owner deletes the portfolio. A later step may create it again.
    Delete(usize),
    /// The process crashes and loses its memory. Its workers become zombies that may still try to
    /// write later.
    Crash,
    /// A worker that has been replaced, or whose run has ended, tries to write. The number selects
    /// the worker.
    Zombie(usize),
    Read(usize, u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let which = 0..PORTFOLIOS;
    let level = prop_oneof![Just(LogLevel::Info), Just(LogLevel::Warning), Just(LogLevel::Debug)];
    prop_oneof![
        6 => which.clone().prop_map(Step::Create),
        5 => which.clone().prop_map(Step::Take),
        8 => (which.clone(), level, 0..4_u8).prop_map(|(which, level, word)| Step::Log(which, level, word)),
        6 => (which.clone(), any::<u8>()).prop_map(|(which, done)| Step::Advance(which, done)),
        6 => (which.clone(), 0..6_u8).prop_map(|(which, tile)| Step::Find(which, tile)),
        6 => which.clone().prop_map(Step::StartPhase),
        6 => which.clone().prop_map(Step::FinishPhase),
        3 => which.clone().prop_map(Step::Flush),
        1 => which.clone().prop_map(Step::Fail),
        2 => which.clone().prop_map(Step::Complete),
        2 => (which.clone(), any::<bool>()).prop_map(|(which, from_start)| Step::Retry(which, from_start)),
        2 => (which.clone(), 0..3_u8).prop_map(|(which, word)| Step::Rename(which, word)),
        2 => which.clone().prop_map(Step::Correct),
        2 => which.clone().prop_map(Step::Delete),
        2 => Just(Step::Crash),
        2 => (0..8_usize).prop_map(Step::Zombie),
        8 => (which, 0..40_u64).prop_map(|(which, after)| Step::Read(which, after)),
    ]
}

/// A worker that computes a run: its lease, and its handle to the run.
struct Worker {
    key: RunKey,
    live: LiveRun,
}

/// The state of one portfolio according to the model.
struct Known {
    id: Uuid,
    owner: &'static str,
    name: String,
    run_id: i64,
    attempt: u32,
    /// The value of the newest attempt in the list of portfolios.
    value: Option<f64>,
    is_active: bool,
    worker: Option<Worker>,
    /// The worker that was computing the run when the process crashed. `None` once another worker
    /// has replaced it.
    lost: Option<Worker>,
    /// Those log messages of the latest attempt that the store has accepted, by sequence number.
    stored: BTreeMap<u64, String>,
    /// The status that the latest read returned.
    shown: Option<Status>,
    /// Log messages of earlier attempts, by attempt number.
    earlier: BTreeMap<u32, Vec<String>>,
    page: Page,
}

/// The findings on a page that stays open, and the run that it shows.
#[derive(Default)]
struct Page {
    attempt: u32,
    version: u64,
    last_found: u64,
    /// HTML of each finding, by id.
    html: BTreeMap<String, String>,
}

impl Page {
    /// Applies the response to a poll as the browser does.
    fn apply(&mut self, Change { status, found }: Change) {
        if !same_log((self.attempt, self.version), (status.attempt, status.version)) {
            (self.last_found, self.html) = (0, BTreeMap::new());
        }
        (self.attempt, self.version) = (status.attempt, status.version);
        for finding in found {
            self.last_found = self.last_found.max(finding.seq);
            self.html.insert(finding.id, finding.html);
        }
    }

    /// Returns the findings that can be seen, without the mark of those that have just arrived.
    fn shown(&self) -> Vec<(String, String)> {
        let shown = self.html.iter().filter(|(_, html)| !html.is_empty());
        shown.map(|(id, html)| (id.clone(), html.replace(" new\"", "\""))).collect()
    }
}

struct World {
    setups: SetupService,
    store: Arc<ScriptedStore>,
    portfolios: [Option<Known>; PORTFOLIOS],
    zombies: Vec<Worker>,
}

fn setups(store: &Arc<ScriptedStore>) -> SetupService {
    let source = ScriptedSource::new(Arc::new(Script::default));
    SetupService::new(store.clone(), store.queue(), Arc::new(source), 1, 0.0)
}

/// Returns the log messages of a run that users see, by sequence number.
fn shown_messages(live: &LiveRun) -> BTreeMap<u64, String> {
    let shown = |state: &portfolio_setup::server::tracker::RunState| {
        state.entries.iter().filter(|entry| entry.is_shown()).map(|entry| (entry.seq, entry.message.clone())).collect()
    };
    live.read(shown)
}

impl World {
    fn new(store: Arc<ScriptedStore>) -> Self {
        Self { setups: setups(&store), store, portfolios: [None, None], zombies: Vec::new() }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Create(which) => self.create(which).await,
            Step::Take(which) => self.take(which).await,
            Step::Log(which, level, word) => {
                // There are only four different messages per portfolio, so that consecutive
                // messages are often the same.
                let message = format!("portfolio {which} logs {word}");
                self.report(which, Event::Log { phase: None, level, message });
            }
            Step::Advance(which, done) => {
                self.report(
                    which,
                    Event::Progress { current: done.into(), done: f64::from(done) / 255.0, left_ms: None },
                );
            }
            Step::Find(which, tile) => {
                if let Some(phase) = self.next_phase(which, PhaseState::Running) {
                    // The phases of a run find different things, so their places differ.
                    let tile = u8::try_from(phase.index()).unwrap() * 6 + tile;
                    let symbol = format!("SYMBOL{tile}");
                    let findings = vec![Finding::Price { tile, symbol, price: TilePrice::Waiting }];
                    self.report(which, Event::Found { phase, findings });
                }
            }
            Step::StartPhase(which) => {
                if let Some(phase) = self.next_phase(which, PhaseState::Pending) {
                    self.report(which, Event::PhaseStarted { phase, total: 255 });
                }
            }
            Step::FinishPhase(which) => self.finish_phase(which).await,
            Step::Flush(which) => self.flush(which).await,
            Step::Fail(which) => {
                let error = RunError::new("test", "why", self.next_phase(which, PhaseState::Running));
                self.end(which, Event::Failed(error)).await;
            }
            Step::Complete(which) => {
                let is_done =
                    self.worker(which).is_some_and(|worker| worker.live.read(|state| state.phases_completed() == 9));
                if is_done {
                    self.end(which, Event::Completed).await;
                }
            }
            Step::Retry(which, from_start) => self.retry(which, from_start).await,
            Step::Rename(which, word) => self.rename(which, word).await,
            Step::Correct(which) => self.correct(which).await,
            Step::Delete(which) => self.delete(which).await,
            Step::Crash => {
                self.setups = setups(&self.store);
                for known in self.portfolios.iter_mut().flatten() {
                    known.lost = known.worker.take().or(known.lost.take());
                }
            }
            Step::Zombie(which) => self.zombie(which).await,
            Step::Read(which, after) => self.read(which, after).await,
        }
    }

    fn worker(&self, which: usize) -> Option<&Worker> {
        self.portfolios[which].as_ref()?.worker.as_ref()
    }

    /// Returns the first phase that is not completed, if it is in the given state.
    fn next_phase(&self, which: usize, wanted: PhaseState) -> Option<Phase> {
        self.worker(which)?.live.read(|state| {
            let next =
                Phase::ALL.into_iter().find(|phase| state.phases[phase.index()].state != PhaseState::Completed)?;
            (state.phases[next.index()].state == wanted).then_some(next)
        })
    }

    fn report(&self, which: usize, event: Event) {
        if let Some(worker) = self.worker(which) {
            worker.live.report(event);
        }
    }

    async fn create(&mut self, which: usize) {
        if self.portfolios[which].is_some() {
            return;
        }
        let owner = if which.is_multiple_of(2) { "a" } else { "b" };
        let preview = Preview {
            id: Uuid::new_v4(),
            owner: owner.to_owned(),
            file: StoredFile::compress("positions.csv".to_owned(), b"Symbol"),
            entries: PreviewEntries::default(),
            corrects: None,
            created_ms: 1,
        };
        self.store.save_preview(&preview, &Quotas::UNLIMITED).await.unwrap();
        let new = NewPortfolio {
            id: Uuid::new_v4(),
            owner: owner.to_owned(),
            name: format!("portfolio {which}"),
            cash: 0.0,
            positions: Vec::new(),
            created_ms: 1,
            form_key: None,
            file: FileSource::Preview(preview.id),
        };
        let run = self.store.create_portfolio(&new, &Quotas::UNLIMITED).await.unwrap();
        let second = NewPortfolio { id: Uuid::new_v4(), ..new.clone() };
        let again = self.store.create_portfolio(&second, &Quotas::UNLIMITED).await.unwrap();
        assert_eq!((again.run_id, again.is_new), (run.run_id, false), "a preview starts one portfolio");
        self.portfolios[which] = Some(Known {
            id: new.id,
            owner,
            name: new.name,
            run_id: run.run_id,
            attempt: 1,
            value: None,
            is_active: true,
            worker: None,
            lost: None,
            stored: BTreeMap::new(),
            shown: None,
            earlier: BTreeMap::new(),
            page: Page::default(),
        });
    }

    async fn take(&mut self, which: usize) {
        let Some(known) = self.portfolios[which].as_mut().filter(|known| known.is_active) else { return };
        let (key, record) = self.store.claim_run(known.run_id).await.unwrap().expect("an accepted run is not lost");
        self.store.start_run(key, None).await.unwrap();
        assert_eq!((record.run_id, record.status), (known.run_id, RunStatus::Running));
        let mut state = record.into_claimed_state(None);
        state.entries = self.store.entries(Viewer::Owner(known.owner), known.id, known.attempt, 0).await.unwrap();
        self.zombies.extend(known.worker.take().into_iter().chain(known.lost.take()));
        let live = self.setups.tracker().insert(state);
        live.expect(Plan { expected_ms: [5.0, 1.0, 1.0, 8.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Plan::default() });
        known.worker = Some(Worker { key, live });
    }

    async fn flush(&mut self, which: usize) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let Some(worker) = &known.worker else { return };
        let state = worker.live.read(Clone::clone);
        self.store.append(worker.key, &state).await.unwrap();
        worker.live.mark_saved(&state);
        known.stored = shown_messages(&worker.live);
    }

    async fn finish_phase(&mut self, which: usize) {
        let Some(phase) = self.next_phase(which, PhaseState::Running) else { return };
        let Some(known) = &mut self.portfolios[which] else { return };
        let Some(worker) = &known.worker else { return };
        let next = worker.live.preview([
            Event::Log { phase: Some(phase), level: LogLevel::Info, message: format!("{} complete", phase.id()) },
            Event::PhaseCompleted { phase, summary: String::new() },
        ]);
        let value = (phase == Phase::Snapshots).then(|| f64::from(known.attempt));
        let key_figures = value.map(|value| KeyFigures { value, ..KeyFigures::default() });
        let finished = FinishedPhase { key_figures, ..FinishedPhase::new(phase, "", b"{}".to_vec()) };
        known.value = value.or(known.value);
        self.store.finish_phase(worker.key, &next, &finished).await.unwrap();
        worker.live.publish(next);
        known.stored = shown_messages(&worker.live);
    }

    async fn end(&mut self, which: usize, event: Event) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let Some(worker) = known.worker.take() else { return };
        let next = worker.live.preview([event]);
        self.store.finish_run(worker.key, &next).await.unwrap();
        worker.live.publish(next);
        known.is_active = false;
        known.stored = shown_messages(&worker.live);
        known.earlier.insert(known.attempt, known.stored.values().cloned().collect());
        self.zombies.push(worker);
    }

    async fn retry(&mut self, which: usize, from_start: bool) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let retried = self.setups.retry(known.owner, known.id, from_start, None).await;
        if known.is_active {
            assert!(matches!(retried, Err(StoreError::AlreadyRunning)), "a portfolio has one active run");
            return;
        }
        let run = retried.unwrap();
        assert_eq!(run.attempt, known.attempt + 1);
        (known.run_id, known.attempt, known.is_active) = (run.run_id, run.attempt, true);
        (known.stored, known.shown, known.value) = (BTreeMap::new(), None, None);
    }

    async fn rename(&mut self, which: usize, word: u8) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let stranger = if known.owner == "a" { "b" } else { "a" };
        assert!(matches!(self.setups.rename(stranger, known.id, "stolen").await, Err(StoreError::NotFound)));
        let name = format!("name {word}");
        let renamed = self.setups.rename(known.owner, known.id, &name).await;
        if known.is_active {
            assert!(matches!(renamed, Err(StoreError::AlreadyRunning)), "a run keeps the name that it started with");
            return;
        }
        renamed.unwrap();
        known.name = name;
    }

    async fn correct(&mut self, which: usize) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let preview = Preview {
            id: Uuid::new_v4(),
            owner: known.owner.to_owned(),
            file: StoredFile::compress("corrected.csv".to_owned(), b"Symbol"),
            entries: PreviewEntries::default(),
            corrects: Some(known.id),
            created_ms: 1,
        };
        let preview_id = self.store.save_correction(&preview, 0, &Quotas::UNLIMITED).await.unwrap();
        let correction = Correction {
            owner: known.owner.to_owned(),
            portfolio_id: known.id,
            preview_id,
            name: format!("portfolio {which}"),
            cash: f64::from(known.attempt),
            positions: Vec::new(),
            now_ms: 1,
        };
        let corrected = self.setups.correct(&correction).await;
        if known.is_active {
            assert!(matches!(corrected, Err(StoreError::AlreadyRunning)), "a portfolio has one active run");
            return;
        }
        let run = corrected.unwrap();
        let again = self.setups.correct(&correction).await.unwrap();
        assert_eq!((again.run_id, again.is_new), (run.run_id, false), "a correction starts one run");
        assert_eq!((run.portfolio_id, run.attempt), (known.id, known.attempt + 1));
        let portfolio = self.store.portfolio(Viewer::Owner(known.owner), known.id).await.unwrap().unwrap();
        assert_eq!(
            portfolio.cash.to_bits(),
            f64::from(known.attempt).to_bits(),
            "the portfolio has what was corrected"
        );
        (known.run_id, known.attempt, known.is_active) = (run.run_id, run.attempt, true);
        (known.stored, known.shown, known.value) = (BTreeMap::new(), None, None);
        known.name = correction.name;
    }

    async fn delete(&mut self, which: usize) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let stranger = if known.owner == "a" { "b" } else { "a" };
        assert!(matches!(self.setups.delete(stranger, known.id).await, Err(StoreError::NotFound)));
        let deleted = self.setups.delete(known.owner, known.id).await;
        if known.is_active {
            assert!(matches!(deleted, Err(StoreError::AlreadyRunning)), "a running setup must be cancelled first");
            return;
        }
        deleted.unwrap();
        let gone = self.setups.status(Viewer::Owner(known.owner), known.id, StatusQuery::default()).await;
        assert!(matches!(gone, Err(StoreError::NotFound)), "a deleted portfolio must not be found, in memory either");
        self.portfolios[which] = None;
    }

    /// Checks that every accepted run has a job in the queue, so that a worker will start the run.
    async fn check_jobs(&self) {
        assert_eq!(self.store.queue().requeue_stranded(&[]).await.unwrap(), Vec::<i64>::new());
    }

    async fn zombie(&self, which: usize) {
        let Some(zombie) = self.zombies.get(which) else { return };
        zombie.live.report(Event::Log { phase: None, level: LogLevel::Info, message: "from the dead".to_owned() });
        let state = zombie.live.read(Clone::clone);
        assert!(matches!(self.store.append(zombie.key, &state).await, Err(StoreError::Fenced)));
        assert!(matches!(self.store.finish_run(zombie.key, &state).await, Err(StoreError::Fenced)));
    }

    /// Requests the status as a page does, and compares it with what was shown and stored before.
    async fn read(&mut self, which: usize, after: u64) {
        let Some(known) = &mut self.portfolios[which] else { return };
        let stranger = if known.owner == "a" { "b" } else { "a" };
        let read_by_stranger = self.setups.status(Viewer::Owner(stranger), known.id, StatusQuery::default()).await;
        assert!(matches!(read_by_stranger, Err(StoreError::NotFound)), "other users must not see it");

        let whole =
            self.setups.status(Viewer::Owner(known.owner), known.id, StatusQuery { after: Some(0) }).await.unwrap();
        let part =
            self.setups.status(Viewer::Owner(known.owner), known.id, StatusQuery { after: Some(after) }).await.unwrap();
        assert_eq!((whole.attempt, whole.attempts), (known.attempt, known.attempt));
        assert_eq!(whole.status == RunStatus::Running, known.is_active);
        assert_eq!(whole.portfolio_name, known.name);
        let listed = self.setups.list(known.owner, None, 1_000).await.unwrap();
        let listed = listed.iter().find(|item| item.portfolio_id == known.id).unwrap();
        assert_eq!((&listed.portfolio_name, listed.value), (&known.name, known.value));
        let phases = whole.phases.as_ref().unwrap();
        let completed = phases.iter().filter(|phase| phase.status == PhaseState::Completed).count();
        assert_eq!(whole.percent() == Some(100), whole.status == RunStatus::Completed);
        assert!(whole.status != RunStatus::Completed || completed == 9, "a completed run has nine completed phases");

        let messages: Vec<&str> = whole.activity_log.iter().map(|entry| entry.message.as_str()).collect();
        let seqs = whole.activity_log.iter().map(|entry| entry.seq);
        assert!(seqs.eq(1..=whole.last_seq), "entries are numbered without gaps");
        assert!(messages.windows(2).all(|pair| pair[0] != pair[1]), "consecutive identical lines are shown once");
        let foreign =
            |message: &&&str| message.starts_with("portfolio ") && !message.starts_with(&format!("portfolio {which} "));
        assert_eq!(messages.iter().find(foreign), None, "another portfolio's line was shown");
        assert!(!messages.contains(&"from the dead"));
        let later: Vec<_> = whole.activity_log.iter().filter(|entry| entry.seq > after).collect();
        assert!(part.activity_log.iter().eq(later), "a partial read returns the same entries as a full one");
        for (seq, message) in &known.stored {
            let index = usize::try_from(*seq).unwrap() - 1;
            assert_eq!(messages.get(index), Some(&message.as_str()), "stored entries must not change");
        }
        if let Some(before) = &known.shown {
            assert!(whole.version >= before.version);
            assert!(whole.percent() >= before.percent(), "the percent fell");
            if whole.version == before.version {
                assert_eq!(
                    whole.clone().at(before.clock()).activity_log,
                    before.activity_log,
                    "one version, one content"
                );
                assert_eq!(whole.percent(), before.percent());
            }
        }
        check_page(&self.setups, known).await;
        for (attempt, messages) in &known.earlier {
            let (state, _) =
                self.setups.attempt(Viewer::Owner(known.owner), known.id, Some(*attempt)).await.unwrap().unwrap();
            let kept = state.entries.iter().filter(|entry| entry.is_shown()).map(|entry| &entry.message);
            assert!(kept.eq(messages), "the log of an attempt that is over stays as it was");
        }
        known.shown = Some(whole);
    }
}

/// Polls until the open page has everything, and compares it with a page that is opened now.
async fn check_page(setups: &SetupService, known: &mut Known) {
    let viewer = Viewer::Owner(known.owner);
    loop {
        let Page { attempt, version, last_found: found, .. } = known.page;
        let shown = Shown { attempt, version, after: 0, found };
        let PollAnswer::Changed(change) = setups.poll(viewer, known.id, shown).await.unwrap() else { break };
        known.page.apply(*change);
    }
    let view = setups.view(viewer, known.id, StatusQuery::default()).await.unwrap();
    let opened = all_for_page(&view.found).into_iter().filter(|found| !found.html.is_empty());
    let opened: Vec<_> = opened.map(|found| (found.id, found.html)).collect();
    assert_eq!(known.page.shown(), opened, "an open page shows the same findings as a new one");
}

#[test]
fn keeps_watcher_invariants_under_any_interleaving() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("model.db").display());
    let store = Arc::new(runtime.block_on(ScriptedStore::open(&url, Arc::new(Script::default))));
    let cases = std::env::var("MODEL_CASES").map_or(96, |cases| cases.parse().unwrap());
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(any_step(), 1..120))| {
        runtime.block_on(async {
            let mut world = World::new(store.clone());
            for step in steps {
                world.step(step).await;
            }
            world.check_jobs().await;
            for which in 0..PORTFOLIOS {
                world.step(Step::Read(which, 0)).await;
            }
        });
    });
}
