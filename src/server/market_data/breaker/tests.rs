use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{BETWEEN_PROBES, Breaker, FAILURES, LONGEST_REST};

fn breaker() -> Breaker {
    Breaker::new(Duration::from_secs(10))
}

async fn broken() -> Breaker {
    let breaker = breaker();
    for question in 0..u64::from(FAILURES) {
        breaker.admit(question).await.unwrap().failed();
    }
    breaker
}

#[tokio::test(start_paused = true)]
async fn five_failures_one_after_the_other_end_the_asking_after_seven_and_a_half_seconds() {
    let start = Instant::now();
    let breaker = broken().await;
    assert_eq!(start.elapsed(), Duration::from_millis(7_500));
    assert!(breaker.open_until().is_some() && breaker.admit(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_between_starts_the_count_anew() {
    let breaker = breaker();
    for _ in 0..20 {
        breaker.admit(1).await.unwrap().failed();
        breaker.admit(1).await.unwrap().answered();
    }
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn eight_failures_at_the_same_moment_are_one_and_then_one_request_tries_alone() {
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
    probe.answered();
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_try_that_is_given_up_lets_the_next_one_try() {
    let breaker = breaker();
    breaker.admit(1).await.unwrap().failed();
    drop(breaker.admit(1).await.unwrap());
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn after_a_rest_one_request_tries_and_its_failure_is_another_rest() {
    let breaker = broken().await;
    tokio::time::sleep(LONGEST_REST).await;
    breaker.admit(1).await.unwrap().failed();
    assert!(breaker.admit(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn one_question_that_always_fails_is_no_outage() {
    let breaker = breaker();
    for _ in 0..20 {
        breaker.admit(1).await.unwrap().failed();
    }
    assert!(breaker.open_until().is_none());
}

#[tokio::test(start_paused = true)]
async fn brings_probe_forward_for_person() {
    let breaker = broken().await;
    let failed = Instant::now();
    assert_eq!(breaker.admit(1).await.unwrap_err(), failed + LONGEST_REST);
    for _ in 0..100 {
        breaker.probe_soon();
    }
    assert_eq!(breaker.admit(1).await.unwrap_err(), failed + BETWEEN_PROBES, "however many people ask");
    tokio::time::sleep(BETWEEN_PROBES).await;
    breaker.admit(1).await.unwrap().answered();
    assert!(!breaker.is_failing());
}

#[tokio::test(start_paused = true)]
async fn never_postpones_probe_for_person() {
    let breaker = broken().await;
    let until = breaker.open_until().unwrap();
    tokio::time::sleep_until(until.checked_sub(BETWEEN_PROBES / 2).unwrap()).await;
    breaker.probe_soon();
    assert!(breaker.open_until().is_none_or(|at| at <= until));
    assert!(breaker.admit(1).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn ends_outage_for_all_waiters() {
    let breaker = broken().await;
    let waiting = async {
        breaker.outage_over().await;
        Instant::now()
    };
    let answering = async {
        tokio::time::sleep(LONGEST_REST).await;
        breaker.admit(1).await.unwrap().answered();
        Instant::now()
    };
    let (over, answered) = tokio::join!(waiting, answering);
    assert_eq!(over, answered);
}

#[test]
fn limits_rest_to_three_timeouts() {
    let rest = |seconds| Breaker::new(Duration::from_secs(seconds)).rest;
    assert_eq!([rest(1), rest(10), rest(60)], [3, 30, 30].map(Duration::from_secs));
}
