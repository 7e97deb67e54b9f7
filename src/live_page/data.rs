//! The data that the server renders the live page from. The status is embedded in the page as JSON;
//! the lines of the activity log exist as HTML only.

use serde::{Deserialize, Serialize};
use status::{LogEntry, Status};

/// The `id` of the script element that carries [`PageData`] as JSON from the server to the browser.
pub const DATA_ELEMENT: &str = "page-data";

/// The data that the server renders the live page from and the browser hydrates it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The status of the run, without log entries.
    pub status: Status,
    /// Number of log lines that the server renders. The browser neither parses nor hydrates them.
    pub server_lines: u32,
    /// Sequence number of the last log line that the server renders, or 0 if it renders none.
    pub last_server_line: u64,
    /// Address of the link "View Portfolio Dashboard".
    pub dashboard_url: String,
    /// Address of the link "Sign In", if a sign-in page is configured.
    pub sign_in_url: Option<String>,
    /// The reason why the viewer cannot cancel or retry this setup, as a sentence; `None` if they
    /// can.
    pub read_only: Option<String>,
}

impl PageData {
    /// Splits a status into the page data and the log entries, which are rendered as HTML.
    ///
    /// The URLs in the returned data are empty, and `read_only` is `None`; the caller sets these
    /// fields.
    pub fn split(mut status: Status) -> (Self, Vec<LogEntry>) {
        let entries = std::mem::take(&mut status.activity_log);
        let server_lines = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let last_server_line = entries.last().map_or(0, |entry| entry.seq);
        (
            Self {
                status,
                server_lines,
                last_server_line,
                dashboard_url: String::new(),
                sign_in_url: None,
                read_only: None,
            },
            entries,
        )
    }
}
