//! The parts of the live page that use browser APIs. In the server build, stubs take their place.
//!
//! | file | contains |
//! |---|---|
//! | `polling.rs` | the polling loop; the page's clock, title and icon |
//! | `found.rs` | puts findings into the page |
//! | `log.rs` | the activity log: scrolling, folded phases, displayed times, copying |
//! | `log_search.rs` | the search of the activity log |
//! | `interaction.rs` | notifications, clipboard, keyboard shortcuts, focus |
//! | `ssr_stubs.rs` | stubs of these functions for the server build |

#[cfg(feature = "hydrate")]
mod found;
#[cfg(feature = "hydrate")]
mod interaction;
#[cfg(feature = "hydrate")]
mod log;
#[cfg(feature = "hydrate")]
mod log_search;
#[cfg(feature = "hydrate")]
mod polling;
#[cfg(not(feature = "hydrate"))]
mod ssr_stubs;

#[cfg(feature = "hydrate")]
pub use {
    found::show_found,
    interaction::{allow_notifications, copy, key_from_event, listen_to_keys, notify_when_done, remember_shortcuts},
    log::{
        click_in_log, focus_log, format_clock, format_day, in_next_frame, is_at_end, is_selecting, label_folds,
        minute_after, on_line_link, on_resize, scroll_to_end, set_clocks, shown_lines, time_zone,
    },
    log_search::{mark_matches, read_lines, show_line, unmark_matches},
    polling::{keep_alive, page_data, publish_connection},
};

#[cfg(not(feature = "hydrate"))]
pub use ssr_stubs::{
    allow_notifications, click_in_log, copy, focus_log, format_clock, format_day, in_next_frame, is_at_end,
    is_selecting, keep_alive, key_from_event, label_folds, listen_to_keys, mark_matches, minute_after,
    notify_when_done, on_line_link, on_resize, page_data, publish_connection, read_lines, remember_shortcuts,
    scroll_to_end, set_clocks, show_found, show_line, shown_lines, time_zone, unmark_matches,
};

/// Heading of the findings once the run is over.
pub const FOUND_AT_THE_END: &str = "What we found";

/// Result of the last click on a copy button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copied {
    /// There is nothing to show: the button was not clicked, or its last result has been shown long
    /// enough.
    #[default]
    No,
    /// The text is on the clipboard.
    Yes,
    /// The browser does not allow access to the clipboard.
    Refused,
}

/// Whether the user gets a notification when the run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    #[default]
    Off,
    On,
    /// The browser does not allow notifications for this site.
    Refused,
}

/// The keys that the log's search box handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Enter,
    ShiftEnter,
    Escape,
    Other,
}

/// Returns the date of an RFC 3339 timestamp in UTC.
fn utc_day(timestamp: &str) -> String {
    timestamp.get(..10).unwrap_or_default().to_owned()
}

/// Returns the time of day of an RFC 3339 timestamp in UTC, with milliseconds.
fn utc_clock(timestamp: &str) -> String {
    timestamp.get(11..23).unwrap_or_default().to_owned()
}
