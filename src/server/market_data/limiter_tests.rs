//! What a limiter must keep to, with the clock paused.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::time::{Instant, sleep, timeout};

use super::{Limiter, Window};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn sixty_a_minute_evenly_are_one_a_second_and_the_first_waits_for_nothing() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..3 {
        drop(limiter.acquire("me").await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_unused_allowance_goes_out_at_once_and_comes_back_a_window_later() {
    let limiter = Limiter::new(vec![Window::of(2, 60)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..5 {
        drop(limiter.acquire("me").await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 0, 60, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_request_counts_until_a_window_after_its_answer() {
    let limiter = Limiter::new(vec![Window::of(1, 60)]);
    let permit = limiter.acquire("me").await;
    let start = Instant::now();
    sleep(5 * SECOND).await;
    drop(permit);
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 65 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_tightest_of_several_windows_decides() {
    let limiter = Limiter::new(vec![Window::of(2, 1), Window::of(3, 100)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..4 {
        drop(limiter.acquire("me").await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 0, 1, 100]);
}

#[tokio::test(start_paused = true)]
async fn users_take_turns() {
    let limiter = Arc::new(Limiter::new(vec![Window::of(1, 1)]));
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    drop(limiter.acquire("first").await);
    for user in ["many", "many", "many", "few"] {
        let (limiter, done) = (limiter.clone(), done.clone());
        tokio::spawn(async move {
            drop(limiter.acquire(user).await);
            done.send(user).unwrap();
        });
        tokio::task::yield_now().await;
    }
    let mut served = Vec::new();
    for _ in 0..4 {
        served.push(order.recv().await.unwrap());
    }
    assert_eq!(served, ["many", "few", "many", "many"]);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_the_line() {
    let limiter = Limiter::new(vec![Window::of(1, 10)]);
    drop(limiter.acquire("me").await);
    assert!(timeout(SECOND, limiter.acquire("me")).await.is_err());
    let start = Instant::now();
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_pause_asked_for_by_the_provider_is_kept_and_forecast() {
    let limiter = Limiter::unlimited();
    limiter.pause(30 * SECOND);
    assert_eq!(limiter.due("me", 1, 1), 30 * SECOND);
    let start = Instant::now();
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn requests_of_an_earlier_process_still_count() {
    let limiter = Limiter::new(vec![Window::of(2, 60)]);
    limiter.remember([50 * SECOND, 10 * SECOND]);
    assert_eq!(limiter.due("me", 1, 2), 50 * SECOND);
    let start = Instant::now();
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nobody_waits() {
    let start = Instant::now();
    drop(Limiter::unlimited().acquire("me").await);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_forecast_counts_the_needs_of_all_runs() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    assert_eq!(limiter.due("me", 1, 10), 9 * SECOND);
    // Another run of mine shares my turns; another user's run has turns of its own, as many as I have.
    assert_eq!(limiter.due("me", 2, 4), 7 * SECOND);
    assert_eq!(limiter.due("me", 1, 10), 13 * SECOND);
    assert_eq!(limiter.due("you", 3, 3), 5 * SECOND);
    assert_eq!(limiter.due("me", 1, 10), 16 * SECOND);
    assert_eq!(limiter.due("you", 3, 0), Duration::ZERO);
    assert_eq!(limiter.due("me", 1, 10), 13 * SECOND);
    sleep(6 * SECOND).await;
    assert_eq!(limiter.due("me", 1, 10), 9 * SECOND, "who says nothing more needs nothing more");
}

#[tokio::test(start_paused = true)]
async fn the_next_request_is_forecast_only_for_who_waits() {
    let limiter = Arc::new(Limiter::new(vec![Window::of(1, 10)]));
    drop(limiter.acquire("me").await);
    assert_eq!(limiter.next_due("me"), Duration::ZERO);
    let waiting = limiter.clone();
    tokio::spawn(async move { drop(waiting.acquire("me").await) });
    tokio::task::yield_now().await;
    assert_eq!(limiter.next_due("me"), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_pause_without_end_is_no_pause() {
    let limiter = Limiter::unlimited();
    limiter.pause(Duration::from_secs(u64::MAX));
    drop(limiter.acquire("me").await);
}

proptest! {
    /// The promise itself: no stretch of the window's length holds more requests than allowed, whatever the
    /// answers' delays.
    #[test]
    fn no_window_is_ever_exceeded(
        allowed in 1_usize..5,
        length in 1_u64..50,
        delays in prop::collection::vec(0_u64..3_000, 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let arrived: Vec<(Instant, Instant)> = runtime.block_on(async {
            let limiter = Arc::new(Limiter::new(vec![Window::of(allowed, length)]));
            let requests = delays.iter().map(|&delay| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    let permit = limiter.acquire("me").await;
                    let sent = Instant::now();
                    sleep(Duration::from_millis(delay)).await;
                    let answered = Instant::now();
                    drop(permit);
                    (sent, answered)
                })
            });
            let mut arrived = Vec::new();
            for request in requests.collect::<Vec<_>>() {
                arrived.push(request.await.unwrap());
            }
            arrived
        });
        // The provider may count a request at any moment between sending and answer: the worst case is the last
        // moment for the earlier one and the first for the later one.
        for (index, (_, answered)) in arrived.iter().enumerate() {
            let within = arrived.iter().enumerate().filter(|(other, (sent, _))| {
                *other != index && sent >= answered && *sent < *answered + Duration::from_secs(length)
            });
            prop_assert!(within.count() < allowed);
        }
    }
}
