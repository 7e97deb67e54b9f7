//! Tests the contract that every implementation of [`Store`] must fulfill.

use status::{LogLevel, Phase, PhaseState, RunStatus};
use tempfile::TempDir;
use uuid::Uuid;

use super::{AcceptedRun, FinishedPhase, NewPortfolio, Quotas, RunKey, SqliteStore, Store, StoreError};
use crate::server::{
    findings::{Finding, TilePrice},
    market_data::{Bar, PriceStore, StoredPrices},
    store::FileSource,
    tracker::{Event, PhaseRecord, RunState, Tracker},
    util::viewer::Viewer,
};

pub(super) async fn store() -> (SqliteStore, TempDir) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}/nested/test.db", folder.path().display());
    (SqliteStore::open(&url).await.unwrap(), folder)
}

pub(super) fn new_portfolio(owner: &str) -> NewPortfolio {
    NewPortfolio {
        id: Uuid::new_v4(),
        owner: owner.to_owned(),
        name: "Growth".to_owned(),
        cash: 0.1 + 0.2,
        positions: Vec::new(),
        created_ms: 5,
        form_key: None,
        file: FileSource::None,
    }
}

pub(super) async fn portfolio(store: &SqliteStore, owner: &str) -> AcceptedRun {
    store.create_portfolio(&new_portfolio(owner), &Quotas::UNLIMITED).await.unwrap()
}

/// Returns the stored state of a run, plus `lines` new log entries that have not been stored yet.
async fn state(store: &SqliteStore, run: &AcceptedRun, lines: usize) -> RunState {
    let record = store.run(Viewer::Owner(&run.owner), run.portfolio_id, Some(run.attempt)).await.unwrap().unwrap();
    let live = Tracker::default().insert(record.into_state(None));
    for line in 0..lines {
        live.report(Event::Log { phase: None, level: LogLevel::Info, message: format!("line {line}") });
    }
    live.read(Clone::clone)
}

/// Claims a run and records its start, as a worker would.
async fn claim_and_start(store: &SqliteStore, run: &AcceptedRun) -> RunKey {
    let (key, _) = store.claim_run(run.run_id).await.unwrap().unwrap();
    store.start_run(key, None).await.unwrap();
    key
}

/// Claims and starts a run. Returns how many earlier workers have started it since it last made
/// progress.
async fn previous_starts(store: &SqliteStore, run: &AcceptedRun) -> u32 {
    let (key, run) = store.claim_run(run.run_id).await.unwrap().unwrap();
    store.start_run(key, None).await.unwrap();
    run.start_count
}

async fn end(store: &SqliteStore, run: &AcceptedRun, event: Event) -> RunKey {
    let key = claim_and_start(store, run).await;
    let mut state = state(store, run, 1).await;
    state.apply(event, 100);
    store.finish_run(key, &state).await.unwrap();
    key
}

/// Completes a run.
pub(super) async fn end_run(store: &SqliteStore, run: &AcceptedRun) {
    end(store, run, Event::Completed).await;
}

#[tokio::test]
async fn reads_exact_portfolio_only_for_its_owner() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let cash = store.portfolio(Viewer::Owner("a"), run.portfolio_id).await.unwrap().unwrap().cash;
    assert_eq!(cash.to_bits(), (0.1_f64 + 0.2).to_bits());
    assert!(store.portfolio(Viewer::Owner("b"), run.portfolio_id).await.unwrap().is_none());
    assert!(store.run(Viewer::Owner("b"), run.portfolio_id, None).await.unwrap().is_none());
    assert!(store.portfolios("b", None, 10).await.unwrap().is_empty());
    assert!(matches!(store.delete_portfolio("b", run.portfolio_id).await, Err(StoreError::NotFound)));
    let admin = Viewer::Admin("c");
    assert_eq!(store.portfolio(admin, run.portfolio_id).await.unwrap().unwrap().owner, "a");
    assert_eq!(store.run(admin, run.portfolio_id, None).await.unwrap().unwrap().identity.owner, "a");
    assert!(store.portfolios("c", None, 10).await.unwrap().is_empty(), "the list has only own portfolios");
    let retried = store.create_attempt("b", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await;
    assert!(matches!(retried, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn allows_one_active_run_per_portfolio() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let second = store.create_attempt("a", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await;
    assert!(matches!(second, Err(StoreError::AlreadyRunning)));
    end(&store, &run, Event::Completed).await;
    assert_eq!(
        store.create_attempt("a", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await.unwrap().attempt,
        2
    );
}

#[tokio::test]
async fn stores_repeated_entries_once() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let state = state(&store, &run, 3).await;
    store.append(key, &state).await.unwrap();
    store.append(key, &state).await.unwrap();
    let entries = store.entries(Viewer::Owner("a"), run.portfolio_id, 1, 0).await.unwrap();
    assert_eq!(entries, state.entries);
    assert_eq!(store.entries(Viewer::Owner("a"), run.portfolio_id, 1, 2).await.unwrap().len(), 1);
}

#[tokio::test]
async fn reads_attempt_with_its_own_entries_and_outputs() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    end(&store, &run, Event::Completed).await;
    let retried = store.create_attempt("a", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await.unwrap();
    let key = claim_and_start(&store, &retried).await;
    store.append(key, &state(&store, &retried, 2).await).await.unwrap();
    for (attempt, number, lines) in [(None, 2, 2), (Some(2), 2, 2), (Some(1), 1, 1)] {
        let found = store.run_with_entries(Viewer::Owner("a"), run.portfolio_id, attempt).await.unwrap();
        let (found, entries) = found.unwrap();
        assert_eq!((found.identity.attempt, found.attempts, entries.len()), (number, 2, lines));
        assert_eq!(found.last_line, lines as u64);
    }
    let first = store.run_with_outputs(Viewer::Owner("a"), run.portfolio_id, 1).await.unwrap().unwrap();
    assert_eq!((first.0.status, first.1.len()), (RunStatus::Completed, 0));
    assert!(store.run_with_entries(Viewer::Owner("b"), run.portfolio_id, None).await.unwrap().is_none());
    assert!(store.run_with_outputs(Viewer::Owner("b"), run.portfolio_id, 1).await.unwrap().is_none());
}

#[tokio::test]
async fn fences_replaced_worker() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let replaced = claim_and_start(&store, &run).await;
    claim_and_start(&store, &run).await;
    let mut state = state(&store, &run, 1).await;
    assert!(matches!(store.append(replaced, &state).await, Err(StoreError::Fenced)));
    let finished = FinishedPhase::new(Phase::MarketData, "", Vec::new());
    assert!(matches!(store.finish_phase(replaced, &state, &finished).await, Err(StoreError::Fenced)));
    state.apply(Event::Completed, 1);
    assert!(matches!(store.finish_run(replaced, &state).await, Err(StoreError::Fenced)));
    assert!(store.entries(Viewer::Owner("a"), run.portfolio_id, 1, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn stores_finished_phase_with_its_entries() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let mut state = state(&store, &run, 2).await;
    state.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 7 }, 10);
    state.apply(Event::PhaseCompleted { phase: Phase::MarketData, summary: "7/7".into() }, 30);
    let finished = FinishedPhase::new(Phase::MarketData, "f", b"{}".to_vec());
    store.finish_phase(key, &state, &finished).await.unwrap();
    let read = store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().unwrap();
    assert_eq!(read.phases[0], state.phases[0]);
    assert_eq!((read.last_line, read.percent), (2, state.percent));
    let outputs = store.outputs(Viewer::Owner("a"), run.portfolio_id, 1).await.unwrap();
    assert_eq!((outputs.len(), outputs[0].output.as_slice()), (1, &b"{}"[..]));
}

#[tokio::test]
async fn reads_first_shown_line_of_each_phase() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let mut state = state(&store, &run, 2).await;
    for level in [LogLevel::Debug, LogLevel::Warning, LogLevel::Info] {
        state.apply(Event::Log { phase: Some(Phase::Snapshots), level, message: format!("{level:?}") }, 10);
    }
    store.append(key, &state).await.unwrap();
    let read = store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().unwrap();
    let first_seqs = |phases: &[PhaseRecord; 9]| phases.each_ref().map(|phase| phase.first_seq);
    assert_eq!(read.phases[Phase::Snapshots.index()].first_seq, Some(3));
    assert_eq!(first_seqs(&read.phases), first_seqs(&state.phases));
}

#[tokio::test]
async fn stores_failure_with_reason_and_phase() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let error = status::RunError::new("x", "why", Some(Phase::Snapshots));
    end(&store, &run, Event::Failed(error.clone())).await;
    let read = store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().unwrap();
    assert_eq!((read.status, read.error), (RunStatus::Failed, Some(error)));
    assert_eq!(read.phases[Phase::Snapshots.index()].state, PhaseState::Failed);
}

#[tokio::test]
async fn lists_unfinished_runs_oldest_first() {
    let (store, _folder) = store().await;
    let (first, second) = (portfolio(&store, "a").await, portfolio(&store, "b").await);
    let ended = portfolio(&store, "a").await;
    end(&store, &ended, Event::Completed).await;
    let found: Vec<_> = super::run_reads::unfinished(&mut store.readers.acquire().await.unwrap())
        .await
        .unwrap()
        .into_iter()
        .map(|run| run.run_id)
        .collect();
    assert_eq!(found, [first.run_id, second.run_id]);
}

#[tokio::test]
async fn returns_same_run_for_repeated_idempotency_key() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    end(&store, &run, Event::Completed).await;
    let first = store.create_attempt("a", run.portfolio_id, false, Some("k"), 9, &Quotas::UNLIMITED).await.unwrap();
    let second = store.create_attempt("a", run.portfolio_id, false, Some("k"), 9, &Quotas::UNLIMITED).await.unwrap();
    assert_eq!((first.run_id, first.is_new, second.is_new), (second.run_id, true, false));
}

#[tokio::test]
async fn purges_entries_of_old_runs_only() {
    let (store, _folder) = store().await;
    let (old, running) = (portfolio(&store, "a").await, portfolio(&store, "a").await);
    end(&store, &old, Event::Completed).await;
    let key = claim_and_start(&store, &running).await;
    store.append(key, &state(&store, &running, 1).await).await.unwrap();
    assert_eq!(store.purge(101).await.unwrap(), 1);
    assert_eq!(store.entries(Viewer::Owner("a"), running.portfolio_id, 1, 0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn reports_locked_database_as_busy() {
    let (store, folder) = store().await;
    let run = portfolio(&store, "a").await;
    let url = format!("sqlite://{}/nested/test.db", folder.path().display());
    let other = SqliteStore::open(&url).await.unwrap();
    let lock = other.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert!(matches!(store.claim_run(run.run_id).await, Err(StoreError::Busy(_))));
    assert!(
        store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().is_some(),
        "reads continue during the lock"
    );
    drop(lock);
}

#[tokio::test]
async fn reads_exact_prices_by_source_and_symbol() {
    let (store, _folder) = store().await;
    let first: chrono::NaiveDate = "2020-01-01".parse().unwrap();
    // Uses 2,499 bars, so that the store needs more than one `INSERT` statement.
    let bar = |(date, number): (chrono::NaiveDate, i32)| Bar {
        date,
        close: f64::from(number) / 3.0,
        adj_close: f64::from(number).sqrt(),
    };
    let prices = StoredPrices {
        from: first,
        to: first,
        asked_ms: 7,
        unknown: None,
        notes: vec!["1 day repeated".to_owned()],
        bars: first.iter_days().zip(1..2_500).map(bar).collect(),
    };
    let closes: Vec<_> = prices.bars.iter().map(|bar| (bar.date, bar.close)).collect();
    let unknown = StoredPrices::unknown("unknown symbol".to_owned(), (first, first), 9);
    store.save_prices("tiingo", "A", &unknown).await.unwrap();
    store.save_prices("tiingo", "A", &prices).await.unwrap();
    store.save_prices("polygon", "A", &unknown).await.unwrap();
    let ranges = store.ranges("tiingo", &["A", "B"]).await.unwrap();
    assert_eq!(ranges, [("A".to_owned(), prices.range())].into());
    assert_eq!(store.prices("tiingo", "A").await.unwrap(), Some(prices));
    // The number of symbols exceeds SQLite's limit on bound values in a statement.
    let names: Vec<String> = (0..40_000).map(|number| format!("S{number}")).chain(["A".to_owned()]).collect();
    let ranges = store.ranges("polygon", &names.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(ranges, [("A".to_owned(), unknown.range())].into());
    assert_eq!(store.prices("polygon", "A").await.unwrap(), Some(unknown));
    assert_eq!(store.prices("tiingo", "B").await.unwrap(), None);
    let known = store.closes("tiingo", &["A", "B"]).await.unwrap();
    assert_eq!(known, [("A".to_owned(), closes)].into());
    assert_eq!(store.requests_since("tiingo", 8).await.unwrap(), Vec::<i64>::new());
    assert_eq!(store.requests_since("tiingo", 7).await.unwrap(), [7]);
}

#[tokio::test]
async fn counts_crashed_workers_but_not_stopped_ones() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "me").await;
    for crashes in 0..3 {
        assert_eq!(previous_starts(&store, &run).await, crashes);
    }
    let key = claim_and_start(&store, &run).await;
    let state = state(&store, &run, 1).await;
    store.give_back(key, &state, 3).await.unwrap();
    assert_eq!(previous_starts(&store, &run).await, 3, "a stop is not a crash");
    let key = claim_and_start(&store, &run).await;
    let finished = FinishedPhase::new(Phase::MarketData, "", b"{}".to_vec());
    let mut advanced = state.clone();
    advanced.phases[0].state = PhaseState::Completed;
    store.finish_phase(key, &advanced, &finished).await.unwrap();
    assert_eq!(previous_starts(&store, &run).await, 1, "a finished phase resets the count");
}

/// Completes a run and deletes its portfolio, as its owner would.
async fn end_and_delete(store: &SqliteStore, run: &AcceptedRun) {
    end(store, run, Event::Completed).await;
    store.delete_portfolio(&run.owner, run.portfolio_id).await.unwrap();
}

#[tokio::test]
async fn never_uses_a_run_id_twice() {
    let (store, _folder) = store().await;
    let deleted = portfolio(&store, "a").await;
    end_and_delete(&store, &deleted).await;
    assert_ne!(portfolio(&store, "a").await.run_id, deleted.run_id);
}

#[tokio::test]
async fn fences_writer_of_a_deleted_run() {
    let (store, _folder) = store().await;
    let deleted = portfolio(&store, "a").await;
    let outdated = claim_and_start(&store, &deleted).await;
    end_and_delete(&store, &deleted).await;
    let next = portfolio(&store, "b").await;
    let current = claim_and_start(&store, &next).await;
    assert_ne!(outdated, current);
    // The second key combines the id of the new run with the portfolio and the fence of the deleted
    // run.
    for key in [outdated, RunKey { run_id: current.run_id, ..outdated }] {
        let state = state(&store, &next, 1).await;
        assert!(matches!(store.append(key, &state).await, Err(StoreError::Fenced)));
        assert!(matches!(store.start_run(key, None).await, Err(StoreError::Fenced)));
    }
    assert!(store.entries(Viewer::Owner("b"), next.portfolio_id, 1, 0).await.unwrap().is_empty());
}

/// Returns the run's state after phase 1 has processed `items` of its ten items.
fn advanced(mut state: RunState, items: u64) -> RunState {
    state.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 10 }, 10);
    state.apply(Event::Progress { current: items, done: 0.1, left_ms: None }, 20);
    state
}

#[tokio::test]
async fn counts_progress_within_a_phase() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    for (items, crashes) in [(3, 0), (3, 1), (2, 2), (4, 3), (4, 1)] {
        let (key, claimed) = store.claim_run(run.run_id).await.unwrap().unwrap();
        assert_eq!(claimed.start_count, crashes, "before a worker that gets to item {items}");
        store.start_run(key, None).await.unwrap();
        store.append(key, &advanced(state(&store, &run, 1).await, items)).await.unwrap();
    }
}

#[tokio::test]
async fn counts_no_crash_while_waiting() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    for _ in 0..5 {
        let (key, claimed) = store.claim_run(run.run_id).await.unwrap().unwrap();
        assert_eq!(claimed.start_count, 0);
        store.start_run(key, None).await.unwrap();
        let mut waiting = advanced(state(&store, &run, 1).await, 0);
        waiting.apply(Event::WaitingForLimit { until_ms: Some(9_000) }, 30);
        assert!(waiting.is_unsaved());
        store.append(key, &waiting).await.unwrap();
    }
    let key = claim_and_start(&store, &run).await;
    store.append(key, &advanced(state(&store, &run, 1).await, 0)).await.unwrap();
    assert_eq!(previous_starts(&store, &run).await, 1, "the run was no longer waiting when its worker died");
}

#[tokio::test]
async fn forgets_discarded_phases() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let mut done = state(&store, &run, 1).await;
    for phase in [Phase::MarketData, Phase::FactorAnalysis] {
        done.apply(Event::PhaseStarted { phase, total: 1 }, 10);
        done.apply(Event::PhaseCompleted { phase, summary: String::new() }, 20);
        let finished = FinishedPhase {
            is_provisional: phase == Phase::MarketData,
            ..FinishedPhase::new(phase, "f", b"{}".to_vec())
        };
        store.finish_phase(key, &done, &finished).await.unwrap();
    }
    let outputs = store.outputs(Viewer::Owner("a"), run.portfolio_id, 1).await.unwrap();
    let provisional =
        outputs.iter().map(|stored| stored.is_provisional).filter(|&is_provisional| is_provisional).count();
    assert_eq!((outputs.len(), provisional), (2, 1), "the fingerprint of a provisional phase is kept");
    done.apply(Event::PhasesDiscarded(vec![Phase::FactorAnalysis]), 30);
    store.discard_phases(key, &done, &[Phase::FactorAnalysis]).await.unwrap();
    assert_eq!(store.outputs(Viewer::Owner("a"), run.portfolio_id, 1).await.unwrap().len(), 1);
    let (_, claimed) = store.claim_run(run.run_id).await.unwrap().unwrap();
    assert_eq!(claimed.furthest, 1 << 32);
}

#[tokio::test]
async fn limits_what_one_user_keeps() {
    let (store, _folder) = store().await;
    let quotas = Quotas { portfolios: 2, attempts: 2, stored_bytes: 400, ..Quotas::UNLIMITED };
    let create = |owner| {
        let new = new_portfolio(owner);
        let store = &store;
        async move { store.create_portfolio(&new, &quotas).await }
    };
    let first = create("a").await.unwrap();
    create("a").await.unwrap();
    let refused = |result: Result<AcceptedRun, StoreError>| match result {
        Err(StoreError::QuotaReached(message)) => message,
        other => panic!("the quota is reached: {other:?}"),
    };
    assert!(refused(create("a").await).contains("2 portfolios"));
    assert!(create("b").await.is_ok(), "each user has their own");

    end(&store, &first, Event::Completed).await;
    let retry = || store.create_attempt("a", first.portfolio_id, false, None, 9, &quotas);
    let second = retry().await.unwrap();
    end(&store, &second, Event::Completed).await;
    assert!(refused(retry().await).contains("2 attempts"));

    let third = create("b").await.unwrap();
    let key = claim_and_start(&store, &third).await;
    let mut long = state(&store, &third, 1).await;
    long.apply(Event::Log { phase: None, level: LogLevel::Info, message: "x".repeat(500) }, 1);
    store.append(key, &long).await.unwrap();
    store.append(key, &long).await.unwrap();
    end(&store, &third, Event::Completed).await;
    let beyond = store.create_attempt("b", third.portfolio_id, false, None, 9, &quotas).await;
    assert!(refused(beyond).contains("MB"));
    let larger = Quotas { stored_bytes: 600, ..quotas };
    assert!(
        store.create_attempt("b", third.portfolio_id, false, None, 9, &larger).await.is_ok(),
        "repeated entries count once"
    );
}

#[tokio::test]
async fn makes_one_portfolio_per_form() {
    let (store, _folder) = store().await;
    let submitted = || NewPortfolio { form_key: Some("one form".into()), ..new_portfolio("a") };
    let first = store.create_portfolio(&submitted(), &Quotas::UNLIMITED).await.unwrap();
    let second = store.create_portfolio(&submitted(), &Quotas::UNLIMITED).await.unwrap();
    assert_eq!((second.portfolio_id, second.is_new), (first.portfolio_id, false));
    let other_user = NewPortfolio { form_key: Some("one form".into()), ..new_portfolio("b") };
    assert!(store.create_portfolio(&other_user, &Quotas::UNLIMITED).await.unwrap().is_new);
}

/// Returns whether `text` occurs in any of the database files.
fn files_contain(folder: &TempDir, text: &str) -> bool {
    let files = std::fs::read_dir(folder.path().join("nested")).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test]
async fn overwrites_what_is_deleted() {
    let (store, folder) = store().await;
    let new = NewPortfolio { name: "A name that must disappear".into(), ..new_portfolio("a") };
    let run = store.create_portfolio(&new, &Quotas::UNLIMITED).await.unwrap();
    end(&store, &run, Event::Completed).await;
    assert!(files_contain(&folder, &new.name));
    store.delete_portfolio("a", run.portfolio_id).await.unwrap();
    assert!(!files_contain(&folder, &new.name));
}

#[tokio::test]
async fn closes_files_to_other_users() {
    use std::os::unix::fs::PermissionsExt;

    let (first, folder) = store().await;
    portfolio(&first, "a").await;
    let file = folder.path().join("nested/test.db");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let url = format!("sqlite://{}", file.display());
    let again = SqliteStore::open(&url).await.unwrap();
    portfolio(&again, "a").await;
    for entry in std::fs::read_dir(folder.path().join("nested")).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn tells_too_large_from_busy() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let state = state(&store, &run, 1).await;
    // One byte more than a gigabyte, which is SQLite's limit for a value.
    let output = vec![b' '; 1_000_000_001];
    let finished = FinishedPhase::new(Phase::MarketData, "", output);
    assert!(matches!(store.finish_phase(key, &state, &finished).await, Err(StoreError::TooLarge)));
    let error = sqlx::query("SELECT nothing FROM nowhere").execute(&store.writer).await.unwrap_err();
    assert!(matches!(super::store_error(error), StoreError::Unavailable(_)));
}

#[tokio::test]
async fn keeps_findings_of_finished_phases() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let key = claim_and_start(&store, &run).await;
    let mut state = state(&store, &run, 0).await;
    let phase = Phase::MarketData;
    let tile = |tile| Finding::Price { tile, symbol: "A".to_owned(), price: TilePrice::Waiting };
    state.apply(Event::Found { phase, findings: vec![tile(7)] }, 1);
    state.apply(Event::PhaseStarted { phase, total: 1 }, 2);
    state.apply(Event::Found { phase, findings: vec![tile(0), tile(1)] }, 3);
    state.apply(Event::PhaseCompleted { phase, summary: String::new() }, 4);
    let finished = FinishedPhase::new(phase, "", b"{}".to_vec());
    store.finish_phase(key, &state, &finished).await.unwrap();
    let stored = store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().unwrap();
    let kept: Vec<_> = state.phases[0].found.iter().filter(|record| !record.is_withdrawn).cloned().collect();
    assert_eq!((kept.len(), &stored.phases[0].found), (2, &kept), "without the one that was withdrawn");
}

/// A later version of the program may have stored findings that this one does not know.
#[tokio::test]
async fn reads_run_with_unreadable_findings() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    end(&store, &run, Event::Failed(status::RunError::new("x", "x", Some(Phase::Snapshots)))).await;
    sqlx::query("UPDATE phases SET found = '[{\"hologram\": 1}]'").execute(&store.writer).await.unwrap();
    let stored = store.run(Viewer::Owner("a"), run.portfolio_id, None).await.unwrap().unwrap();
    assert!(stored.phases[Phase::Snapshots.index()].found.is_empty());
}
