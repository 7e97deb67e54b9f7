use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Slots, Usage, goes_out};
use crate::server::market_data::window::Window;

fn slots(windows: &[Window]) -> Vec<Slots> {
    let place = |(window, of): (usize, &Window)| Slots { window, requests: of.requests, length: of.length };
    windows.iter().enumerate().map(place).collect()
}

/// Usage of these windows, with answers of so many seconds ago; the last `in_flight` have none
/// yet.
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

/// The same, one request after the other.
fn counted_out(windows: &[Window], ages: &[u64], in_flight: usize, place: usize, now: Instant) -> Instant {
    let mut counted: Vec<Instant> = ages.iter().map(|age| now - Duration::from_secs(*age)).collect();
    counted.sort_unstable();
    counted.extend(std::iter::repeat_n(now, in_flight));
    let mut at = now;
    for _ in 0..place {
        for window in windows {
            if let Some(blocking) = counted.len().checked_sub(window.requests) {
                at = at.max(counted[blocking] + window.length);
            }
        }
        counted.push(at);
    }
    at
}

fn later() -> Instant {
    Instant::now() + Duration::from_hours(1_000)
}

proptest! {
    #[test]
    fn agrees_with_counting_for_one_window(
        requests in 1_usize..9,
        length in 1_u64..100,
        ages in prop::collection::vec(0_u64..150, 0..12),
        in_flight in 0_usize..4,
        place in 1_usize..60,
    ) {
        let (windows, now) = ([Window::new(requests, length)], later());
        // No more than the window allows can be counted in it.
        let ages: Vec<u64> = ages.into_iter().take(requests).collect();
        let in_flight = in_flight.min(requests - ages.len());
        let usage = usage(&windows, &ages, in_flight, now);
        prop_assert_eq!(
            goes_out(&usage, &slots(&windows), place, now, now),
            counted_out(&windows, &ages, in_flight, place, now)
        );
    }

    #[test]
    fn agrees_with_counting_for_unused_windows(
        few in 1_usize..5,
        times in 1_usize..6,
        length in 1_u64..20,
        place in 1_usize..200,
    ) {
        let now = later();
        let windows = [Window::new(few * times, length * times as u64 * 4), Window::new(few, length)];
        let usage = usage(&windows, &[], 0, now);
        prop_assert_eq!(
            goes_out(&usage, &slots(&windows), place, now, now),
            counted_out(&windows, &[], 0, place, now)
        );
    }

    /// Where the past of two windows meets, the forecast may be early, by less than the shorter
    /// one's length for each time it fits into the longer one.
    #[test]
    fn is_never_late_for_two_windows(
        ages in prop::collection::vec(0_u64..400, 0..12),
        place in 1_usize..60,
    ) {
        let (windows, now) = ([Window::new(12, 300), Window::new(4, 60)], later());
        let usage = usage(&windows, &ages, 0, now);
        let told = goes_out(&usage, &slots(&windows), place, now, now);
        let counted = counted_out(&windows, &ages, 0, place, now);
        prop_assert!(told <= counted && counted < told + Duration::from_mins(3), "{told:?} {counted:?}");
    }
}
