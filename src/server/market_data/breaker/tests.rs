use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Breaker, FAILURES, LONGEST_PAUSE, SHORTEST_PAUSE};

fn breaker() -> Breaker {
    Breaker::new(Duration::from_secs(10))
}

async fn open_breaker() -> Breaker {
    let breaker = breaker();
    for request_id in 0..u64::from(FAILURES) {
        breaker.admit(request_id).await.unwrap().failed();
    }
    breaker
}

#[tokio::test(start_paused = true)]
async fn opens_after_five_failures_in_a_row() {
    let start = Instant::now();
    let breaker = open_breaker().await;
    assert_eq!(start.elapsed(), Duration::from_millis(7_500));
    assert!(breaker.open_until().is_some() && breaker.admit(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn resets_failure_count_after_response() {
    let breaker = breaker();
    for _ in 0..20 {
        breaker.admit(1).await.unwrap().failed();
        breaker.admit(1).await.unwrap().responded();
    }
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn counts_simultaneous_failures_once_then_probes_alone() {
    let breaker = breaker();
    let mut together = Vec::new();
    for _ in 0..8 {
        together.push(breaker.admit(1).await.unwrap());
    }
    for admission in together {
        admission.failed();
    }
    let probe = breaker.admit(1).await.unwrap();
    assert!(timeout(Duration::from_mins(1), breaker.admit(1)).await.is_err(), "one at a time");
    probe.responded();
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn admits_next_probe_after_cancelled_probe() {
    let breaker = breaker();
    breaker.admit(1).await.unwrap().failed();
    drop(breaker.admit(1).await.unwrap());
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn reopens_when_probe_fails() {
    let breaker = open_breaker().await;
    tokio::time::sleep(LONGEST_PAUSE).await;
    breaker.admit(1).await.unwrap().failed();
    assert!(breaker.admit(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn stays_closed_when_one_request_keeps_failing() {
    let breaker = breaker();
    for _ in 0..20 {
        breaker.admit(1).await.unwrap().failed();
    }
    assert!(breaker.open_until().is_none());
}

#[tokio::test(start_paused = true)]
async fn brings_probe_forward_for_user() {
    let breaker = open_breaker().await;
    let failed = Instant::now();
    assert_eq!(breaker.admit(1).await.unwrap_err(), failed + LONGEST_PAUSE);
    for _ in 0..100 {
        breaker.probe_soon();
    }
    assert_eq!(breaker.admit(1).await.unwrap_err(), failed + SHORTEST_PAUSE, "regardless of the number of users");
    tokio::time::sleep(SHORTEST_PAUSE).await;
    breaker.admit(1).await.unwrap().responded();
    assert!(!breaker.is_failing());
}

#[tokio::test(start_paused = true)]
async fn never_postpones_probe_for_user() {
    let breaker = open_breaker().await;
    let until = breaker.open_until().unwrap();
    tokio::time::sleep_until(until.checked_sub(SHORTEST_PAUSE / 2).unwrap()).await;
    breaker.probe_soon();
    assert!(breaker.open_until().is_none_or(|at| at <= until));
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn wakes_all_waiters_when_outage_ends() {
    let breaker = open_breaker().await;
    let waiting = async {
        breaker.wait_for_recovery().await;
        Instant::now()
    };
    let probing = async {
        tokio::time::sleep(LONGEST_PAUSE).await;
        breaker.admit(1).await.unwrap().responded();
        Instant::now()
    };
    let (over, responded) = tokio::join!(waiting, probing);
    assert_eq!(over, responded);
}

#[test]
fn limits_pause_to_three_timeouts() {
    let pause = |seconds| Breaker::new(Duration::from_secs(seconds)).pause;
    assert_eq!([pause(1), pause(10), pause(60)], [3, 30, 30].map(Duration::from_secs));
}
