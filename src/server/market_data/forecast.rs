//! Computes when a waiting request may go out, in a few steps, whatever its position in the queue.
//!
//! A window of `n` requests is periodic: the request `n` positions later goes out one length later.
//! So past requests decide only the first period. Shorter windows apply within each longer period.

use std::time::Duration;

use tokio::time::Instant;

use super::usage::Usage;

/// A window with the slots that one user may take in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    /// Its place among the windows.
    pub window: usize,
    /// How many requests this user may make it hold, at least 1.
    pub requests: usize,
    /// Its length.
    pub length: Duration,
}

/// Returns when the waiting request at this position, from 1, goes out, never before `earliest`.
/// `windows` start with the longest. Requests in flight count as answered at `now`.
pub(super) fn goes_out(usage: &Usage, windows: &[Slots], place: usize, now: Instant, earliest: Instant) -> Instant {
    let Some((longest, shorter)) = windows.split_first() else { return earliest };
    let (repeats, within) = ((place - 1) / longest.requests, (place - 1) % longest.requests + 1);
    let mut first = goes_out(usage, shorter, within, now, earliest);
    // The request that must have left the window before this one.
    if let Some(before) = (usage.held(longest.window) + within - 1).checked_sub(longest.requests) {
        first = first.max(usage.leaves(longest.window, before).unwrap_or(now + longest.length));
    }
    let repeated = u32::try_from(repeats).ok().and_then(|repeats| longest.length.checked_mul(repeats));
    // A wait beyond the clock's range is ignored: nobody would wait that long.
    let repeated = repeated.and_then(|wait| first.checked_add(wait)).unwrap_or(first);
    if repeats == 0 { repeated } else { repeated.max(goes_out(usage, shorter, place, now, earliest)) }
}

#[cfg(test)]
mod tests {
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
            let (windows, now) = ([Window::of(requests, length)], later());
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
            let windows = [Window::of(few * times, length * times as u64 * 4), Window::of(few, length)];
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
            let (windows, now) = ([Window::of(12, 300), Window::of(4, 60)], later());
            let usage = usage(&windows, &ages, 0, now);
            let told = goes_out(&usage, &slots(&windows), place, now, now);
            let counted = counted_out(&windows, &ages, 0, place, now);
            prop_assert!(told <= counted && counted < told + Duration::from_mins(3), "{told:?} {counted:?}");
        }
    }
}
