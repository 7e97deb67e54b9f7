//! Tests that a server that receives SIGTERM while runs are active stops in time, and that the runs
//! continue after a restart.

use std::time::{Duration, Instant};

use crate::{
    process::{POSITIONS, Server, pace},
    watch::Watch,
};

#[tokio::test(flavor = "multi_thread")]
async fn stops_in_time_under_load_and_loses_nothing() {
    let mut server = Server::start(pace(50)).await;
    let mut watched = Vec::new();
    for number in 0..8 {
        watched.push(Watch::new(server.create(&format!("Run {number}"), POSITIONS).await.unwrap()));
    }
    server.wait_until(&watched[0].id, |status| status["last_seq"].as_u64() >= Some(5)).await;
    for watch in &mut watched {
        watch.look(&server).await;
    }
    let signaled = Instant::now();
    server.signal("TERM");
    assert_eq!(server.exit_code().await, Some(0), "an orderly end: {}", server.errors());
    assert!(signaled.elapsed() < Duration::from_secs(10));

    server.script(&pace(0));
    server.restart().await;
    for watch in &mut watched {
        // A graceful stop must not lose any log entry. A kill time in the distant future makes this
        // check cover even the most recent entries.
        watch.check_after_kill(&server, i64::MAX / 2).await;
        server.wait_for_end(&watch.id).await;
        watch.look(&server).await;
        watch.check_completed();
    }
}
