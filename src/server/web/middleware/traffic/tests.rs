use super::*;

const LIMITS: TrafficLimits = TrafficLimits { requests: 3, user_requests: 2, bytes: 5_000_000, user_bytes: 2_000_000 };

fn traffic() -> Arc<Traffic> {
    Arc::new(Traffic::new(LIMITS))
}

fn request(traffic: &Arc<Traffic>, user: &str) -> Arc<InFlight> {
    let request = traffic.begin().unwrap();
    request.belongs_to(&RateKey::user(user)).unwrap();
    request
}

#[test]
fn counts_requests_of_a_user_and_of_all() {
    let traffic = traffic();
    let held = [request(&traffic, "a"), request(&traffic, "a")];
    let third = traffic.begin().unwrap();
    assert_eq!(third.belongs_to(&RateKey::user("a")), Err(Overload::UserRequests));
    assert_eq!(third.belongs_to(&RateKey::user("b")), Ok(()));
    assert_eq!(traffic.begin().err(), Some(Overload::Server));
    drop(held);
    assert_eq!(traffic.begin().unwrap().belongs_to(&RateKey::user("a")), Ok(()));
}

#[test]
fn counts_bytes_of_a_user_and_of_all() {
    let traffic = Arc::new(Traffic::new(TrafficLimits { requests: 9, user_requests: 9, ..LIMITS }));
    let first = request(&traffic, "a");
    assert_eq!(first.hold(FREE_BYTES + 1_000_000), Ok(()));
    let second = request(&traffic, "a");
    assert_eq!(second.hold(FREE_BYTES + 1_000_000), Ok(()), "at the limit");
    assert_eq!(second.hold(1), Err(Overload::UserBytes));
    let others = ["b", "c"].map(|user| request(&traffic, user));
    assert_eq!(others[0].hold(FREE_BYTES + 2_000_000), Ok(()));
    assert_eq!(others[1].hold(FREE_BYTES + 1_000_001), Err(Overload::Server));
    assert_eq!(others[1].hold(FREE_BYTES + 1_000_000), Ok(()), "at the limit of all");
    first.release();
    assert_eq!(second.hold(1_000_000), Ok(()));
}

#[test]
fn lets_one_large_request_pass_alone() {
    let traffic = traffic();
    let large = request(&traffic, "a");
    assert_eq!(large.hold(20_000_000), Ok(()));
    assert_eq!(large.hold(20_000_000), Ok(()));
    let small = request(&traffic, "a");
    assert_eq!(small.hold(FREE_BYTES), Ok(()), "free bytes fit next to a large request");
    assert_eq!(small.hold(1), Err(Overload::UserBytes));
}

#[tokio::test(start_paused = true)]
async fn stalls_request_when_nothing_arrives() {
    let traffic = traffic();
    let request = traffic.begin().unwrap();
    let started = Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(MAX_WORK / 2).await;
        request.hold(1).unwrap();
    }
    request.stalled().await;
    assert_eq!(started.elapsed(), MAX_WORK / 2 * 5);
}

#[test]
fn forgets_users_without_requests() {
    let traffic = traffic();
    let held = request(&traffic, "a");
    held.hold(1_000_000).unwrap();
    drop(held);
    let load = lock(&traffic.load);
    assert!(load.users.is_empty());
    assert_eq!((load.total.requests, load.total.bytes), (0, 0));
}
