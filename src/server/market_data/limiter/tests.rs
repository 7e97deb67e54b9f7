//! What a limiter must keep to, with the clock paused.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::time::{Instant, sleep, timeout};

use super::{CompetingDemand, Limiter, Window};
use crate::server::market_data::DemandRegistry;

const SECOND: Duration = Duration::from_secs(1);

/// Returns how long the only run waits until the last of its requests goes out.
fn wait(limiter: &Limiter, requests: usize) -> Duration {
    limiter.forecast("me", &CompetingDemand::default(), &[requests])[0]
}

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
    let limiter = Limiter::new(vec![Window::new(2, 60)]);
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
    let limiter = Limiter::new(vec![Window::new(1, 60)]);
    let permit = limiter.acquire("me").await;
    let start = Instant::now();
    sleep(5 * SECOND).await;
    drop(permit);
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 65 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_tightest_of_several_windows_decides() {
    let limiter = Limiter::new(vec![Window::new(2, 1), Window::new(3, 100)]);
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
    let limiter = Arc::new(Limiter::new(vec![Window::new(1, 1)]));
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

/// Whoever used most of the window has had more than a share of it: the other one goes first until
/// both had as many.
#[tokio::test(start_paused = true)]
async fn serves_whoever_used_less_of_window() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(4, 60)]));
    let start = Instant::now();
    for _ in 0..4 {
        drop(limiter.acquire("many").await);
        sleep(SECOND).await;
    }
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    for user in ["many", "many", "many", "many", "few", "few", "few"] {
        let (limiter, done) = (limiter.clone(), done.clone());
        tokio::spawn(async move {
            drop(limiter.acquire(user).await);
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

/// The free plan of a provider, shared by several people.
fn free_plan() -> Arc<Limiter> {
    Arc::new(Limiter::shared(vec![Window::new(50, 3_600), Window::new(1_000, 86_400)]))
}

/// How many requests this user can make at once, of so many.
async fn at_once(limiter: &Limiter, user: &str, wanted: usize) -> usize {
    for made in 0..wanted {
        if timeout(SECOND, limiter.acquire(user)).await.is_err() {
            return made;
        }
    }
    wanted
}

/// The next person to arrive finds something left of the hour, whatever somebody else asked for
/// before.
#[tokio::test(start_paused = true)]
async fn keeps_share_for_newcomers() {
    let limiter = free_plan();
    assert_eq!(at_once(&limiter, "many", 1_000).await, 40, "four fifths of the hour");
    assert_eq!(at_once(&limiter, "few", 1_000).await, 10, "what was kept");
    assert_eq!(at_once(&limiter, "third", 1).await, 0, "and no more than the window allows");
}

#[tokio::test(start_paused = true)]
async fn grants_whole_window_to_sole_user() {
    let limiter = Limiter::new(vec![Window::new(50, 3_600)]);
    assert_eq!(at_once(&limiter, "me", 1_000).await, 50);
}

#[tokio::test(start_paused = true)]
async fn reserves_nothing_in_short_window() {
    let limiter = Limiter::shared(vec![Window::new(50, 60)]);
    assert_eq!(at_once(&limiter, "many", 1_000).await, 50);
}

/// Two with more to ask than there is get equal shares of each later hour, whoever came first.
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
                drop(limiter.acquire(user).await);
                let _ = done.send((user, start.elapsed()));
            });
        }
    }
    let mut within: Vec<(&str, Duration)> = Vec::new();
    while within.len() < 130 {
        within.push(served.recv().await.unwrap());
    }
    let of = |user: &str, from: u64, to: u64| {
        let hours = Duration::from_mins(from)..Duration::from_mins(to);
        within.iter().filter(|(of, at)| *of == user && hours.contains(at)).count()
    };
    assert_eq!((of("first", 0, 59), of("second", 0, 59)), (40, 10), "who came first had used most of it");
    assert_eq!((of("first", 59, 119), of("second", 59, 119)), (20, 20), "a fifth stays free");
    assert_eq!((of("first", 119, 180), of("second", 119, 180)), (20, 20));
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
async fn who_gives_up_leaves_the_line() {
    let limiter = Limiter::new(vec![Window::new(1, 10)]);
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
    assert_eq!(wait(&limiter, 1), 30 * SECOND);
    let start = Instant::now();
    drop(limiter.acquire("me").await);
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn requests_of_an_earlier_process_still_count() {
    let limiter = Limiter::new(vec![Window::new(2, 60)]);
    limiter.remember([50 * SECOND, 10 * SECOND]);
    assert_eq!(wait(&limiter, 2), 50 * SECOND);
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
async fn forecast_counts_demand_of_all_runs() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let registry = DemandRegistry::default();
    let wait = |user, run, requests| limiter.forecast(user, &registry.competing(user, run), &[requests])[0];
    let _first = registry.register("me", 1, 10);
    assert_eq!(wait("me", 1, 10), 9 * SECOND);
    // Another run of mine shares my turns; another user's run has turns of its own, as many as I have.
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
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "a dropped guard withdraws its demand");
}

#[tokio::test(start_paused = true)]
async fn forecast_registers_no_demand() {
    let limiter = Limiter::new(vec![Window::evenly_per_minute(60)]);
    let registry = DemandRegistry::default();
    let wait = |user, run, requests| limiter.forecast(user, &registry.competing(user, run), &[requests])[0];
    assert_eq!(wait("you", 2, 100), 99 * SECOND);
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "the forecast of another run is no demand");
    let _mine = registry.register("me", 1, 10);
    assert_eq!(wait("me", 1, 10), 9 * SECOND, "a run does not wait for its own demand");
}

#[tokio::test(start_paused = true)]
async fn the_next_request_is_forecast_only_for_who_waits() {
    let limiter = Arc::new(Limiter::new(vec![Window::new(1, 10)]));
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
        allowed in 1_usize..12,
        length in 1_u64..50,
        minutes in prop::bool::ANY,
        delays in prop::collection::vec(0_u64..3_000, 1..30),
    ) {
        let length = if minutes { length * 60 } else { length };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let arrived: Vec<(Instant, Instant)> = runtime.block_on(async {
            let limiter = Arc::new(Limiter::shared(vec![Window::new(allowed, length)]));
            let requests = delays.iter().enumerate().map(|(number, &delay)| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    let permit = limiter.acquire(["many", "many", "few"][number % 3]).await;
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
