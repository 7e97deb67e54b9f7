use std::convert::Infallible;

use axum::extract::{FromRequest, Multipart, Request};
use futures::stream;
use tokio::time::sleep;

use super::*;
use crate::server::{
    config::traffic_limits::TrafficLimits,
    web::{identity::rate_key::RateKey, middleware::traffic::Traffic},
};

const START: &str = "--X\r\nContent-Disposition: form-data; name=\"csv_file\"\r\n\r\n";

/// Reads an endless form that user `a` uploads in chunks of `chunk` bytes. `wait` takes the number
/// of a chunk and returns the pause before that chunk. Returns the fault that ends the upload, the
/// number of bytes read and the time taken.
async fn read(
    chunk: usize,
    wait: fn(usize) -> Duration,
    traffic: &Arc<Traffic>,
) -> (Option<BodyFault>, usize, Duration) {
    let chunks = stream::unfold((0, Bytes::from(START)), move |(number, next)| async move {
        sleep(wait(number)).await;
        Some((Ok::<_, Infallible>(next), (number + 1, Bytes::from(vec![b'#'; chunk]))))
    });
    let request = traffic.begin().unwrap();
    request.belongs_to(&RateKey::user("a")).unwrap();
    let body = Body::new(ArrivingBody::new(Body::from_stream(chunks), request));
    let request = Request::post("/").header("content-type", "multipart/form-data; boundary=X").body(body).unwrap();
    let started = Instant::now();
    let mut form = Multipart::from_request(request, &()).await.unwrap();
    let mut field = form.next_field().await.unwrap().unwrap();
    let mut read = 0;
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) => return (None, read, started.elapsed()),
            Err(error) => return (fault_of(&error), read, started.elapsed()),
        }
    }
}

fn traffic() -> Arc<Traffic> {
    Arc::new(Traffic::new(TrafficLimits::default()))
}

#[tokio::test(start_paused = true)]
async fn stops_a_body_below_minimum_rate() {
    let (fault, _, after) = read(100, |_| Duration::from_secs(1), &traffic()).await;
    assert_eq!(fault, Some(BodyFault::Slow));
    assert!((10..13).contains(&after.as_secs()), "after {after:?}");
}

#[tokio::test(start_paused = true)]
async fn stops_any_body_after_two_minutes() {
    let (fault, read, after) = read(2_000, |_| Duration::from_secs(1), &traffic()).await;
    assert_eq!(fault, Some(BodyFault::Slow));
    assert!((119..=121).contains(&after.as_secs()) && read > 200_000, "{read} bytes after {after:?}");
}

#[tokio::test(start_paused = true)]
async fn stops_a_body_that_pauses() {
    // Bytes that arrive quickly at the start do not make up for a long pause later.
    let wait = |number| if number < 3 { Duration::ZERO } else { Duration::from_mins(1) };
    let (fault, read, after) = read(500_000, wait, &traffic()).await;
    assert_eq!((fault, after.as_secs()), (Some(BodyFault::Slow), 20));
    assert!(read > 900_000, "{read} bytes");
}

#[tokio::test(start_paused = true)]
async fn stops_a_body_that_does_not_fit() {
    let traffic = traffic();
    let other = traffic.begin().unwrap();
    other.belongs_to(&RateKey::user("a")).unwrap();
    other.hold(TrafficLimits::default().user_bytes + 64 * 1024).unwrap();
    let (fault, read, _) = read(10_000, |_| Duration::from_millis(1), &traffic).await;
    assert_eq!(fault, Some(BodyFault::Overload(Overload::UserBytes)));
    assert!(read <= 64 * 1024, "{read} bytes exceed the free bytes");
}
