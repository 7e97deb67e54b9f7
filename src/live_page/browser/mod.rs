//! The parts of the live page that use browser APIs. In the server build, stubs take their place.
//!
//! | file | contains |
//! |---|---|
//! | `polling.rs` | the polling loop; the page's clock, title and icon |
//! | `log.rs` | the activity log: scrolling, displayed times, search matches, copying |
//! | `interaction.rs` | notifications, clipboard, keyboard shortcuts, focus |
//! | `ssr_stubs.rs` | stubs of these functions for the server build |

#[cfg(feature = "hydrate")]
mod interaction;
#[cfg(feature = "hydrate")]
mod log;
#[cfg(feature = "hydrate")]
mod polling;
#[cfg(not(feature = "hydrate"))]
mod ssr_stubs;

#[cfg(feature = "hydrate")]
pub use {
    interaction::{allow_notifications, copy, key_from_event, listen_to_keys, notify_when_done, remember_shortcuts},
    log::{
        focus_log, format_clock, format_day, is_at_end, is_selecting, mark_matches, minute_after, on_resize,
        scroll_to_end, server_lines, set_clocks, show_line, shown_lines, time_zone,
    },
    polling::{keep_alive, page_data},
};

#[cfg(not(feature = "hydrate"))]
pub use ssr_stubs::{
    allow_notifications, copy, focus_log, format_clock, format_day, is_at_end, is_selecting, keep_alive,
    key_from_event, listen_to_keys, mark_matches, minute_after, notify_when_done, on_resize, page_data,
    remember_shortcuts, scroll_to_end, server_lines, set_clocks, show_line, shown_lines, time_zone,
};

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

/// Returns the time of day of an RFC 3339 timestamp in UTC.
fn utc_clock(timestamp: &str) -> String {
    timestamp.get(11..19).unwrap_or_default().to_owned()
}
