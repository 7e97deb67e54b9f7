//! What the server gives the live page: the status as data, the log's lines as HTML.

use serde::{Deserialize, Serialize};

use crate::status::{LogEntry, Status};

/// The `id` of the script element that carries [`PageData`] from server to browser.
pub const DATA_ELEMENT: &str = "page-data";

/// What the server renders the page from, and the browser brings it to life with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The status, without entries of the log.
    pub status: Status,
    /// The log's lines that the server renders.
    pub server_lines: ServerLines,
    /// Where "View Portfolio Dashboard" leads.
    pub dashboard_url: String,
    /// Where "Sign In" leads, where there is such a place.
    pub sign_in_url: Option<String>,
    /// Why whoever looks at it cannot cancel and retry, where they cannot: in one sentence.
    pub read_only: Option<String>,
}

/// What the browser knows of the lines that are HTML already: it neither parses nor hydrates them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLines {
    /// How many there are.
    pub count: u64,
    /// Number of the last one, 0 where there is none.
    pub last_seq: u64,
}

impl ServerLines {
    /// Counts these entries, which are in order.
    pub fn new(entries: &[LogEntry]) -> Self {
        Self { count: entries.len() as u64, last_seq: entries.last().map_or(0, |entry| entry.seq) }
    }
}

impl PageData {
    /// Takes the entries out of a status, to be rendered as HTML.
    ///
    /// Returns them with the data of a page without addresses.
    pub fn split(mut status: Status) -> (Self, Vec<LogEntry>) {
        let entries = std::mem::take(&mut status.activity_log);
        let server_lines = ServerLines::new(&entries);
        (Self { status, server_lines, dashboard_url: String::new(), sign_in_url: None, read_only: None }, entries)
    }
}
