//! Tests that every accepted run ends even if the server is killed with SIGKILL while several runs
//! are active. The test kills it both at random moments and just before and after write operations
//! of the store.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::{
    process::{POSITIONS, Server, pace},
    watch::Watch,
};

/// How many runs are active at the same time.
const ACTIVE: usize = 3;

/// How long each price request takes, in milliseconds. With 4 ms, three simultaneous runs take
/// about half a second.
const PACE_MS: u64 = 4;

/// How soon after a restart workers must have taken over every active run.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// The points in the store at which this test makes the process kill itself.
const POINTS: [&str; 10] = [
    "before create_portfolio",
    "after create_portfolio",
    "before claim_run",
    "after start_run",
    "before append",
    "after append",
    "before finish_phase",
    "after finish_phase",
    "before finish_run",
    "after finish_run",
];

#[derive(Default)]
struct Figures {
    kills: usize,
    hits: usize,
    accepted: usize,
    concluded: usize,
    deleted: usize,
    /// Ids of portfolios whose run failed with `crashed_repeatedly`. The runs are not lost: the
    /// test retries them, and they must complete.
    failed_repeatedly: Vec<String>,
    slowest: Duration,
}

/// A small random number generator, seeded with `FAULT_SEED` so that a failure can be reproduced.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn loses_no_run_when_killed_at_any_moment() {
    let cycles = number("FAULT_CYCLES", 20);
    let mut random = Random(number("FAULT_SEED", 4));
    let mut server = Server::start(pace(PACE_MS)).await;
    let mut watched: Vec<Watch> = Vec::new();
    let mut figures = Figures::default();
    for cycle in 0..cycles {
        refill(&server, &mut watched, &mut figures).await;
        // In every second cycle the test kills the process at a named point, going through the
        // points in order. In the other cycles it chooses a random moment.
        let point = (cycle % 2 == 1).then(|| POINTS[usize::try_from(cycle / 2).unwrap() % POINTS.len()]);
        let was_active = match point {
            Some(point) => kill_at(point, &mut server, &mut watched, &mut figures).await,
            None => kill_after(Duration::from_millis(random.below(400)), &mut server, &mut watched).await,
        };
        let killed_ms = chrono::Utc::now().timestamp_millis();
        figures.kills += 1;
        figures.hits += usize::from(was_active);
        server.script(&pace(PACE_MS));
        let started = Instant::now();
        server.restart().await;
        let back = back_at_work(&server, &mut watched, killed_ms, started).await;
        figures.slowest = figures.slowest.max(back);
    }
    server.script(&pace(0));
    for watch in &mut watched {
        server.wait_for_end(&watch.id).await;
        watch.look(&server).await;
        conclude(watch, &mut figures);
    }
    for id in &figures.failed_repeatedly {
        assert!(server.retry(id).await);
        assert_eq!(server.wait_for_end(id).await["status"], "completed");
    }
    println!(
        "{} kills, {} of them hit an active run; {} runs accepted, {} of them deleted at their end, {} failed after \
         repeated crashes; back at work within {} ms",
        figures.kills,
        figures.hits,
        figures.accepted,
        figures.deleted,
        figures.failed_repeatedly.len(),
        figures.slowest.as_millis()
    );
    assert!(figures.hits * 10 >= figures.kills * 8, "too few kills hit an active run");
    assert!(figures.deleted > 0, "no portfolio was deleted in between");
}

/// Uploads portfolios until [`ACTIVE`] runs are active. Then checks the runs that have ended.
async fn refill(server: &Server, watched: &mut Vec<Watch>, figures: &mut Figures) {
    for watch in watched.iter_mut() {
        watch.look(server).await;
    }
    while watched.iter().filter(|watch| !watch.is_over()).count() < ACTIVE {
        let id = server.create(&format!("Run {}", figures.accepted + 1), POSITIONS).await.unwrap();
        figures.accepted += 1;
        let mut watch = Watch::new(id);
        watch.look(server).await;
        watched.push(watch);
    }
    let (over, active) = std::mem::take(watched).into_iter().partition(Watch::is_over);
    *watched = active;
    for watch in over {
        conclude(&watch, figures);
        // Deleting only every second portfolio makes deletions and uploads alternate.
        figures.concluded += 1;
        if figures.concluded.is_multiple_of(2) && !figures.failed_repeatedly.contains(&watch.id) {
            delete(server, &watch.id).await;
            figures.deleted += 1;
        }
    }
}

/// Deletes a portfolio whose run has ended, and checks that it can no longer be found.
async fn delete(server: &Server, id: &str) {
    assert_eq!(server.delete(id).await, StatusCode::NO_CONTENT);
    assert_eq!(server.status(id, 0).await.unwrap()["error"]["code"], "portfolio_not_found");
}

/// Checks that a run completed, or that it failed after at least three crashes.
fn conclude(watch: &Watch, figures: &mut Figures) {
    if watch.last["error"]["code"] == "crashed_repeatedly" {
        assert!(watch.kills >= 3, "a run fails only after three crashes");
        figures.failed_repeatedly.push(watch.id.clone());
    } else {
        watch.check_completed();
    }
}

/// Polls the active runs for the duration `wait`, or until fewer than two are active. Then kills
/// the process, and returns whether any run was still active.
async fn kill_after(wait: Duration, server: &mut Server, watched: &mut [Watch]) -> bool {
    let until = Instant::now() + wait;
    loop {
        for watch in watched.iter_mut() {
            watch.look(server).await;
        }
        let active = watched.iter().filter(|watch| !watch.is_over()).count();
        if Instant::now() >= until || active < 2 {
            break;
        }
    }
    server.kill();
    watched.iter().any(|watch| !watch.is_over())
}

/// Makes the process kill itself at the point named `point`. Returns whether any run was active
/// beforehand.
async fn kill_at(point: &str, server: &mut Server, watched: &mut Vec<Watch>, figures: &mut Figures) -> bool {
    server.script(&json!({"delay_ms": PACE_MS, "die": point}));
    let was_active = watched.iter().any(|watch| !watch.is_over());
    // The active runs may already be past the point, so start new ones until the process is dead.
    while !server.is_dead() {
        if let Some(id) = server.create(&format!("Run {}", figures.accepted + 1), POSITIONS).await {
            assert!(!point.ends_with("create_portfolio"), "a point before the response accepts no upload");
            figures.accepted += 1;
            watched.push(Watch::new(id));
        }
        let _ = tokio::time::timeout(Duration::from_millis(300), server.wait_for_exit()).await;
    }
    was_active
}

/// Waits until workers have taken over every active run. Returns the time since `started`, which is
/// when the process was restarted.
async fn back_at_work(server: &Server, watched: &mut [Watch], killed_ms: i64, started: Instant) -> Duration {
    for watch in watched.iter_mut() {
        watch.kills += usize::from(!watch.is_over());
        let worker = watch.worker();
        watch.check_after_kill(server, killed_ms).await;
        while !watch.is_over() && watch.worker() <= worker {
            assert!(started.elapsed() < BACK_WITHIN, "{} is not back: {:#}", watch.id, watch.last);
            watch.look(server).await;
        }
    }
    started.elapsed()
}
