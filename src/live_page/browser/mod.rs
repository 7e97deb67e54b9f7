//! What only a browser can do. On the server each of these functions does nothing.
//!
//! | file | does |
//! |---|---|
//! | `polling.rs` | the loop that asks the server, the page's clock, title and icon |
//! | `log.rs` | scrolling, clocks, matches and copies of the log |
//! | `person.rs` | notifications, clipboard, keys, focus |
//! | `ssr_stubs.rs` | the same functions on the server |

#[cfg(feature = "hydrate")]
mod log;
#[cfg(feature = "hydrate")]
mod person;
#[cfg(feature = "hydrate")]
mod polling;
#[cfg(not(feature = "hydrate"))]
mod ssr_stubs;

#[cfg(feature = "hydrate")]
pub use {
    log::{
        clock_words, day_of, focus_log, is_at_end, is_selecting, mark_matches, on_resize, scroll_to_end, server_lines,
        set_clocks, show_line, shown_lines, time_zone,
    },
    person::{allow_notifications, copy, key_of, listen_to_keys, notify_at_the_end, remember_shortcuts},
    polling::{keep_alive, page_data},
};

#[cfg(not(feature = "hydrate"))]
pub use ssr_stubs::{
    allow_notifications, clock_words, copy, day_of, focus_log, is_at_end, is_selecting, keep_alive, key_of,
    listen_to_keys, mark_matches, notify_at_the_end, on_resize, page_data, remember_shortcuts, scroll_to_end,
    server_lines, set_clocks, show_line, shown_lines, time_zone,
};

/// What became of the last click.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copied {
    /// Nothing that need be said, or no longer.
    #[default]
    No,
    /// It is on the clipboard.
    Yes,
    /// The browser does not allow it.
    Refused,
}

/// What stands between the click and a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Nobody asked.
    #[default]
    Off,
    /// A notification comes at the end.
    On,
    /// The browser does not allow it.
    Refused,
}

/// Keys that mean something in the search box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Enter,
    ShiftEnter,
    Escape,
    Other,
}

/// The day in UTC of an RFC 3339 timestamp.
fn utc_day(timestamp: &str) -> String {
    timestamp.get(..10).unwrap_or_default().to_owned()
}

/// The time of day in UTC of an RFC 3339 timestamp.
fn utc_clock(timestamp: &str) -> String {
    timestamp.get(11..19).unwrap_or_default().to_owned()
}
