//! What the server gives the live page: the status as data, the log's lines as HTML.

use serde::{Deserialize, Serialize};
use status::{LogEntry, Status};

/// The `id` of the script element that carries [`PageData`] from server to browser.
pub const DATA_ELEMENT: &str = "page-data";

/// What the server renders the page from, and the browser brings it to life with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The status, without entries of the log.
    pub status: Status,
    /// How many lines of the log the server renders. They are HTML alone: the browser neither parses
    /// nor hydrates them.
    pub server_lines: u32,
    /// Number of the last of them, 0 where there is none.
    pub last_server_line: u64,
    /// Where "View Portfolio Dashboard" leads.
    pub dashboard_url: String,
    /// Where "Sign In" leads, where there is such a place.
    pub sign_in_url: Option<String>,
    /// Why whoever looks at it cannot cancel and retry, where they cannot: in one sentence.
    pub read_only: Option<String>,
}

impl PageData {
    /// Takes the entries out of a status, to be rendered as HTML.
    ///
    /// Returns them with the data of a page without addresses.
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
