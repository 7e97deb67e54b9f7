//! Tests that the request limiter keeps requests within the quota, shares the quota between users
//! and forecasts waits. The clock is paused.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::time::{Instant, sleep, timeout};

use super::{CompetingDemand, Limiter, Window};
use crate::server::market_data::{DemandRegistry, Requester};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the first run of a user.
fn by(user: &str) -> Requester<'_> {
    Requester { user, run: 1 }
}

/// Forecasts how long it takes until the last of `requests` requests is sent, if no other runs
/// compete.
fn wait(limiter: &Limiter, requests: usize) -> Duration {
    limiter.forecast("me", &CompetingDemand::default(), &[requests])[0]
}

#[tokio::test(start_paused = true)]
async fn spaces_sixty_requests_per_minute_evenly() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..3 {
        drop(limiter.acquire(by("me")).await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn frees_slots_one_window_after_use() {
    let limiter = Limiter::new(vec![Window::new(2, 60)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..5 {
        drop(limiter.acquire(by("me")).await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 0, 60, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn counts_request_until_one_window_after_response() {
    let limiter = Limiter::new(vec![Window::new(1, 60)]);
    let permit = limiter.acquire(by("me")).await;
    let start = Instant::now();
    sleep(5 * SECOND).await;
    drop(permit);
    drop(limiter.acquire(by("me")).await);
    assert_eq!(start.elapsed(), 65 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn obeys_tightest_of_several_windows() {
    let limiter = Limiter::new(vec![Window::new(2, 1), Window::new(3, 100)]);
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..4 {
        drop(limiter.acquire(by("me")).await);
        at.push(start.elapsed().as_secs());
    }
    assert_eq!(at, [0, 0, 1, 100]);
}

#[tokio::test(start_paused = true)]
async fn serves_users_in_turns() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(1, 1)]));
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    drop(limiter.acquire(by("first")).await);
    for user in ["many", "many", "many", "few"] {
        let (limiter, done) = (limiter.clone(), done.clone());
        tokio::spawn(async move {
            drop(limiter.acquire(by(user)).await);
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

/// A user who has used most of the window has to wait until the other user has made the same number
/// of requests.
#[tokio::test(start_paused = true)]
async fn prefers_user_who_used_less_of_window() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(4, 60)]));
    let start = Instant::now();
    for _ in 0..4 {
        drop(limiter.acquire(by("many")).await);
        sleep(SECOND).await;
    }
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    for user in ["many", "many", "many", "many", "few", "few", "few"] {
        let (limiter, done) = (limiter.clone(), done.clone());
        tokio::spawn(async move {
            drop(limiter.acquire(by(user)).await);
            done.send((user, start.elapsed().as_secs())).unwrap();
        });
        tokio::task::yield_now().await;
    }
    let mut served = Vec::new();
    for _ in 0..4 {
        served.push(order.recv().await.unwrap());
    }
    assert_eq!(served, [("few", 60), ("few", 61), ("many", 62), ("many", 63)]);
}

/// Creates a limiter with the quota of Tiingo's free plan, shared by several users.
fn free_plan() -> Arc<Limiter> {
    Arc::new(Limiter::shared(vec![Window::new(50, 3_600), Window::new(1_000, 86_400)]))
}

/// Returns how many requests the user can send without waiting, up to `limit`.
async fn count_immediate(limiter: &Limiter, user: &str, limit: usize) -> usize {
    for sent in 0..limit {
        if timeout(SECOND, limiter.acquire(by(user))).await.is_err() {
            return sent;
        }
    }
    limit
}

/// A new user finds free slots even if another user wants to send more requests than the hourly
/// quota allows.
#[tokio::test(start_paused = true)]
async fn keeps_share_for_newcomers() {
    let limiter = free_plan();
    assert_eq!(count_immediate(&limiter, "many", 1_000).await, 40, "four fifths of the hour");
    assert_eq!(count_immediate(&limiter, "few", 1_000).await, 10, "the reserve");
    assert_eq!(count_immediate(&limiter, "third", 1).await, 0, "the window is full");
}

#[tokio::test(start_paused = true)]
async fn grants_whole_window_to_sole_user() {
    let limiter = Limiter::new(vec![Window::new(50, 3_600)]);
    assert_eq!(count_immediate(&limiter, "me", 1_000).await, 50);
}

#[tokio::test(start_paused = true)]
async fn reserves_nothing_in_short_window() {
    let limiter = Limiter::shared(vec![Window::new(50, 60)]);
    assert_eq!(count_immediate(&limiter, "many", 1_000).await, 50);
}

/// Two users who both want to send more than the quota allows get equal shares of each later hour,
/// regardless of who came first.
#[tokio::test(start_paused = true)]
async fn shares_window_equally_between_busy_users() {
    let limiter = free_plan();
    let (done, mut served) = tokio::sync::mpsc::unbounded_channel();
    let start = Instant::now();
    for user in ["first", "second"] {
        if user == "second" {
            sleep(Duration::from_mins(1)).await;
        }
        for _ in 0..200 {
            let (limiter, done) = (limiter.clone(), done.clone());
            tokio::spawn(async move {
                drop(limiter.acquire(by(user)).await);
                let _ = done.send((user, start.elapsed()));
            });
        }
    }
    let mut served_requests: Vec<(&str, Duration)> = Vec::new();
    while served_requests.len() < 130 {
        served_requests.push(served.recv().await.unwrap());
    }
    let count = |user: &str, from: u64, to: u64| {
        let period = Duration::from_mins(from)..Duration::from_mins(to);
        served_requests.iter().filter(|(served_user, at)| *served_user == user && period.contains(at)).count()
    };
    assert_eq!((count("first", 0, 59), count("second", 0, 59)), (40, 10), "the first user used most of it");
    assert_eq!((count("first", 59, 119), count("second", 59, 119)), (20, 20), "a fifth stays free");
    assert_eq!((count("first", 119, 180), count("second", 119, 180)), (20, 20));
}

#[test]
fn forecasts_any_number_at_same_cost() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    let limiter = Limiter::new(vec![Window::new(50, 3_600), Window::new(1_000, 86_400)]);
    let cost = |count: usize| {
        let once = || {
            let start = std::time::Instant::now();
            std::hint::black_box(wait(&limiter, count));
            start.elapsed()
        };
        (0..20).map(|_| once()).min().unwrap()
    };
    let (few, many) = (cost(10), cost(1_000_000));
    assert!(many < 20 * few + Duration::from_micros(20), "{few:?} for 10, {many:?} for a million");
}

#[tokio::test(start_paused = true)]
async fn removes_cancelled_request_from_queue() {
    let limiter = Limiter::new(vec![Window::new(1, 10)]);
    drop(limiter.acquire(by("me")).await);
    assert!(timeout(SECOND, limiter.acquire(by("me"))).await.is_err());
    let start = Instant::now();
    drop(limiter.acquire(by("me")).await);
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn honors_and_forecasts_pause_of_provider() {
    let limiter = Limiter::unlimited();
    limiter.pause(30 * SECOND);
    assert_eq!(wait(&limiter, 1), 30 * SECOND);
    let start = Instant::now();
    drop(limiter.acquire(by("me")).await);
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn counts_requests_of_earlier_process() {
    let limiter = Limiter::new(vec![Window::new(2, 60)]);
    limiter.record_past_requests([50 * SECOND, 10 * SECOND]);
    assert_eq!(wait(&limiter, 2), 50 * SECOND);
    let start = Instant::now();
    drop(limiter.acquire(by("me")).await);
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn grants_at_once_without_limit() {
    let start = Instant::now();
    drop(Limiter::unlimited().acquire(by("me")).await);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn counts_demand_of_all_runs_in_forecast() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let registry = DemandRegistry::default();
    let wait = |user, run, requests| limiter.forecast(user, &registry.competing(user, run), &[requests])[0];
    let _first = registry.register("me", 1, 10);
    assert_eq!(wait("me", 1, 10), 9 * SECOND);
    // Two runs of one user share that user's turns. Another user's single run gets as many turns as
    // these two runs together.
    let second = registry.register("me", 2, 4);
    assert_eq!(wait("me", 2, 4), 7 * SECOND);
    assert_eq!(wait("me", 1, 10), 13 * SECOND);
    let third = registry.register("you", 3, 3);
    assert_eq!(wait("you", 3, 3), 5 * SECOND);
    assert_eq!(wait("me", 1, 10), 16 * SECOND);
    third.update(0);
    assert_eq!(wait("you", 3, 0), Duration::ZERO);
    assert_eq!(wait("me", 1, 10), 13 * SECOND);
    drop(second);
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "a dropped guard removes its demand");
}

#[tokio::test(start_paused = true)]
async fn registers_no_demand_for_forecast() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let registry = DemandRegistry::default();
    let wait = |user, run, requests| limiter.forecast(user, &registry.competing(user, run), &[requests])[0];
    assert_eq!(wait("you", 2, 100), 99 * SECOND);
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "a forecast for another run adds no demand");
    let _mine = registry.register("me", 1, 10);
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "a run does not wait for its own demand");
}

#[tokio::test(start_paused = true)]
async fn forecasts_next_request_only_for_waiting_user() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(1, 10)]));
    drop(limiter.acquire(by("me")).await);
    assert_eq!(limiter.next_due(by("me")), Duration::ZERO);
    let waiting = limiter.clone();
    tokio::spawn(async move { drop(waiting.acquire(by("me")).await) });
    tokio::task::yield_now().await;
    assert_eq!(limiter.next_due(by("me")), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn forecasts_next_request_behind_those_of_another_run() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(1, 10)]));
    drop(limiter.acquire(by("me")).await);
    let second_run = Requester { run: 2, ..by("me") };
    for requester in [by("me"), by("me"), second_run] {
        let waiting = limiter.clone();
        tokio::spawn(async move { drop(waiting.acquire(requester).await) });
        tokio::task::yield_now().await;
    }
    assert_eq!(limiter.next_due(by("me")), 10 * SECOND);
    assert_eq!(limiter.next_due(second_run), 30 * SECOND);
    let third_run = Requester { run: 3, ..by("me") };
    assert_eq!(limiter.next_due(third_run), 10 * SECOND, "a run without requests waits for those of its user");
}

#[tokio::test(start_paused = true)]
async fn ignores_pause_beyond_clock_range() {
    let limiter = Limiter::unlimited();
    limiter.pause(Duration::from_secs(u64::MAX));
    drop(limiter.acquire(by("me")).await);
}

proptest! {
    /// Checks that no period of the window's length contains more requests than the window allows,
    /// however long the responses take.
    #[test]
    fn never_exceeds_window(
        allowed in 1_usize..12,
        length in 1_u64..50,
        minutes in prop::bool::ANY,
        delays in prop::collection::vec(0_u64..3_000, 1..30),
    ) {
        let length = if minutes { length * 60 } else { length };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let timings: Vec<(Instant, Instant)> = runtime.block_on(async {
            let limiter = Arc::new(Limiter::shared(vec![Window::new(allowed, length)]));
            let requests = delays.iter().enumerate().map(|(number, &delay)| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    let permit = limiter.acquire(by(["many", "many", "few"][number % 3])).await;
                    let sent = Instant::now();
                    sleep(Duration::from_millis(delay)).await;
                    let responded = Instant::now();
                    drop(permit);
                    (sent, responded)
                })
            });
            let mut timings = Vec::new();
            for request in requests.collect::<Vec<_>>() {
                timings.push(request.await.unwrap());
            }
            timings
        });
        // The provider may count a request at any time between sending and response. In the worst
        // case, it counts an earlier request at its response and a later one as soon as it is sent.
        for (index, (_, responded)) in timings.iter().enumerate() {
            let within = timings.iter().enumerate().filter(|(other, (sent, _))| {
                *other != index && sent >= responded && *sent < *responded + Duration::from_secs(length)
            });
            prop_assert!(within.count() < allowed);
        }
    }
}
