use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Slots, Usage, send_time};
use crate::server::market_data::window::Window;

fn slots(windows: &[Window]) -> Vec<Slots> {
    let slots =
        |(index, window): (usize, &Window)| Slots { window: index, requests: window.requests, length: window.length };
    windows.iter().enumerate().map(slots).collect()
}

/// Creates a usage record for these windows. Each entry of `ages` adds a completed request of that
/// age, in seconds. In addition, `in_flight` requests have no response yet.
fn usage(windows: &[Window], ages: &[u64], in_flight: usize, now: Instant) -> Usage {
    let mut usage = Usage::new(windows.to_vec());
    let user: Arc<str> = "me".into();
    let mut ages = ages.to_vec();
    ages.sort_unstable_by(|a, b| b.cmp(a));
    for age in ages {
        usage.begin(&user);
        usage.end(&user, Some(now - Duration::from_secs(age)));
    }
    for _ in 0..in_flight {
        usage.begin(&user);
    }
    usage.advance(now);
    usage
}

/// Computes when the queued request at `position` is sent, by simulating all requests before it.
fn simulate(windows: &[Window], ages: &[u64], in_flight: usize, position: usize, now: Instant) -> Instant {
    let mut simulated: Vec<Instant> = ages.iter().map(|age| now - Duration::from_secs(*age)).collect();
    simulated.sort_unstable();
    simulated.extend(std::iter::repeat_n(now, in_flight));
    let mut at = now;
    for _ in 0..position {
        for window in windows {
            if let Some(blocking) = simulated.len().checked_sub(window.requests) {
                at = at.max(simulated[blocking] + window.length);
            }
        }
        simulated.push(at);
    }
    at
}

fn later() -> Instant {
    Instant::now() + Duration::from_hours(1_000)
}

proptest! {
    #[test]
    fn agrees_with_simulation_for_one_window(
        requests in 1_usize..9,
        length in 1_u64..100,
        ages in prop::collection::vec(0_u64..150, 0..12),
        in_flight in 0_usize..4,
        position in 1_usize..60,
    ) {
        let (windows, now) = ([Window::new(requests, length)], later());
        // Drops the generated requests that exceed the limit of the window, because the limiter
        // would never have sent them.
        let ages: Vec<u64> = ages.into_iter().take(requests).collect();
        let in_flight = in_flight.min(requests - ages.len());
        let usage = usage(&windows, &ages, in_flight, now);
        prop_assert_eq!(
            send_time(&usage, &slots(&windows), position, now, now),
            simulate(&windows, &ages, in_flight, position, now)
        );
    }

    #[test]
    fn agrees_with_simulation_for_unused_windows(
        few in 1_usize..5,
        times in 1_usize..6,
        length in 1_u64..20,
        position in 1_usize..200,
    ) {
        let now = later();
        let windows = [Window::new(few * times, length * times as u64 * 4), Window::new(few, length)];
        let usage = usage(&windows, &[], 0, now);
        prop_assert_eq!(
            send_time(&usage, &slots(&windows), position, now, now),
            simulate(&windows, &[], 0, position, now)
        );
    }

    /// If past requests count toward both of two windows, the forecast may be too early. Here, the
    /// longer window allows 12 requests in 300 s, and the shorter one allows 4 requests in 60 s.
    /// The 12 requests of the longer window are sent in 12 / 4 = 3 groups, one for each time that
    /// the shorter window fills up. Each group can add an error of up to 60 s, so the forecast is
    /// less than 3 × 60 s = 3 minutes too early.
    #[test]
    fn is_never_late_for_two_windows(
        ages in prop::collection::vec(0_u64..400, 0..12),
        position in 1_usize..60,
    ) {
        let (windows, now) = ([Window::new(12, 300), Window::new(4, 60)], later());
        let usage = usage(&windows, &ages, 0, now);
        let forecast = send_time(&usage, &slots(&windows), position, now, now);
        let simulated = simulate(&windows, &ages, 0, position, now);
        let latest = forecast + Duration::from_mins(3);
        prop_assert!(forecast <= simulated && simulated < latest, "{forecast:?} {simulated:?}");
    }
}
