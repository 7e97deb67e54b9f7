//! Tests that every accepted run still ends if the server is restarted.

use std::str::FromStr;

use portfolio_setup::server::{
    store::{JobEngine, SqliteStore, Store},
    util::viewer::Viewer,
};
use scripted::Script;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use crate::harness::{TestServer, messages};

#[tokio::test]
async fn finishes_interrupted_runs_after_restart() {
    let mut server = TestServer::with_script(Script { delay_ms: 100, ..Script::default() }).await;
    let id = server.create("Interrupted").await;
    let before = server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(4)).await;
    server.restart().await;
    server.script(Script::default());
    let after = server.wait_for_end(&id).await;
    assert_eq!((&after["status"], &after["attempt"]), (&"completed".into(), &1.into()));
    assert!(after["version"].as_u64() > before["version"].as_u64());
}

#[tokio::test]
async fn keeps_all_log_lines_over_a_restart() {
    let mut server = TestServer::with_script(Script { delay_ms: 100, ..Script::default() }).await;
    let id = server.create("Interrupted").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(4)).await;
    let before = messages(&server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await["activity_log"]);
    server.restart().await;
    server.script(Script::default());
    server.wait_for_end(&id).await;
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let after = messages(&log["activity_log"]);
    assert_eq!(after[..before.len()], before);
    assert!(after.contains(&"Continuing after a restart".to_owned()), "{after:#?}");
    let seqs: Vec<_> =
        log["activity_log"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=after.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn shows_finished_runs_unchanged_after_restart() {
    let mut server = TestServer::start().await;
    let id = server.create("Finished").await;
    server.wait_for_end(&id).await;
    let read_all = async |server: &TestServer| {
        let mut status = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
        status["server_time"] = serde_json::Value::Null;
        let log = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
        (status, log)
    };
    let before = read_all(&server).await;
    server.restart().await;
    assert_eq!(read_all(&server).await, before);
}

#[tokio::test]
async fn fails_crashing_run_and_allows_retry() {
    let mut server = TestServer::with_script(Script { delay_ms: 1_000, ..Script::default() }).await;
    let id = server.create("Poison").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(1)).await;
    server.stop().await;
    // Simulates three workers that each claim the run and then crash.
    let store = SqliteStore::open(&server.database_url()).await.unwrap();
    let run = store.run(Viewer::Owner("local"), id.parse().unwrap(), None).await.unwrap().unwrap();
    for _ in 0..3 {
        let (key, _) = store.claim_run(run.run_id).await.unwrap().unwrap();
        store.start_run(key, None).await.unwrap();
    }
    server.script(Script::default());
    server.restart().await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["error"]["code"], "crashed_repeatedly");
    assert!(status["error"]["message"].as_str().unwrap().contains("crashed 3 times"));
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
}

#[tokio::test]
async fn ignores_second_delivery_of_a_running_job() {
    let server = TestServer::with_script(Script { delay_ms: 20, ..Script::default() }).await;
    let id = server.create("Handed out twice").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(4)).await;
    // Makes the queue deliver the job a second time, as it does when it considers a worker dead.
    let store = SqliteStore::open(&server.database_url()).await.unwrap();
    store.reclaim().await.unwrap();
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "completed");
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    assert!(!messages(&log["activity_log"]).contains(&"Continuing after a restart".to_owned()));
}

#[tokio::test]
async fn reports_wait_for_database_at_startup() {
    let mut server = TestServer::new(Script::default(), Vec::new());
    let options = SqliteConnectOptions::from_str(&server.database_url()).unwrap().create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    server.spawn();
    let started = std::time::Instant::now();
    let starting = loop {
        if let Ok(response) = server.client.get(format!("{}/readyz", server.base)).send().await {
            break response;
        }
        assert!(started.elapsed().as_secs() < 60, "the server does not respond");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(starting.status(), 503);
    assert!(starting.text().await.unwrap().starts_with("The server is starting"));
    assert_eq!(server.get("/healthz").await.status(), 200);
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    server.wait_until_ready().await;
    let id = server.create("At last").await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
}

#[tokio::test]
async fn recomputes_phases_with_changed_inputs() {
    let mut server = TestServer::start().await;
    let id = server.create("Resumed with other factors").await;
    server.wait_for_end(&id).await;
    server.stop().await;
    // Makes the database look as if a server with a different factor file had crashed before the
    // last phase.
    let options = SqliteConnectOptions::from_str(&server.database_url()).unwrap();
    let mut database = options.connect().await.unwrap();
    for statement in [
        "UPDATE runs SET status = 'running', completed_ms = NULL",
        "DELETE FROM phases WHERE phase_id = 'phase_6'",
        "UPDATE phases SET fingerprint = 'of other factors' WHERE phase_id IN ('phase_2', 'phase_3')",
    ] {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    server.restart().await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let lines = messages(&log["activity_log"]);
    let times = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(times("The data source, factors or app changed"), 1, "{lines:#?}");
    let completed: Vec<_> = (1..=9).map(|phase| times(&format!("Phase {phase} complete:"))).collect();
    assert_eq!(completed, [1, 1, 1, 2, 2, 2, 2, 2, 2], "phases before the first changed one are kept");
}

#[tokio::test]
async fn names_factors_that_results_were_computed_with() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("factors.toml");
    std::fs::write(&file, "market = \"SP500\"\nstyles = [\"MTUM\", \"QUAL\"]\n").unwrap();
    let bundled = ("MARKET_DATA", "bundled".to_owned());
    let mut server = TestServer::with_environment(vec![bundled.clone()]).await;
    let id = server.create("Computed before").await;
    server.wait_for_end(&id).await;
    let analytics = format!("/api/v1/portfolios/{id}/analytics");
    let before = server.json(&analytics).await["factors"].clone();
    server.set_environment(vec![bundled, ("FACTORS", file.display().to_string())]);
    server.restart().await;
    assert_eq!(server.json(&analytics).await["factors"], before);
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    server.wait_for_end(&id).await;
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let reason =
        "Nothing reused from attempt 1: the positions, data source, its last day, factors or app changed since then";
    assert!(messages(&log["activity_log"]).contains(&reason.to_owned()), "{log:#}");
}
