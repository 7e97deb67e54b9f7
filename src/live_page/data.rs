//! The data behind the live page. The status is embedded in the page as JSON; the lines of the
//! activity log and the findings exist only as HTML.

use serde::{Deserialize, Serialize};
use status::{Found, LogEntry, Status};

use super::log_view::count_levels;

/// The `id` of the script element in which the server sends [`PageData`] to the browser as JSON.
pub const DATA_ELEMENT: &str = "page-data";

/// The data from which the server renders the live page and the browser hydrates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageData {
    /// The status of the run, without its log entries.
    pub status: Status,
    /// Number of log lines in the HTML. The browser neither parses nor hydrates them.
    pub server_lines: u32,
    /// Sequence number of the last log line in the HTML, or 0 if there is none.
    pub last_server_line: u64,
    /// Sequence number of the newest finding in the HTML, or 0 if there is none.
    pub last_found: u64,
    /// Number of warnings among the log lines in the HTML.
    pub warnings: u64,
    /// Number of errors among the log lines in the HTML.
    pub errors: u64,
    /// Number of debug lines in the HTML, in addition to `server_lines`; `None` if the user did not
    /// ask for them.
    pub debug_lines: Option<u64>,
    /// URL of the *View Portfolio Dashboard* link.
    pub dashboard_url: String,
    /// URL of the *Sign In* link, if a sign-in page is configured.
    pub sign_in_url: Option<String>,
    /// A sentence that explains why the viewer cannot cancel or retry this run; `None` if they can.
    pub read_only: Option<String>,
    /// Whether the viewer may correct the positions, and their file is stored.
    pub can_correct: bool,
}

impl PageData {
    /// Splits a status into the page data and the log entries, which are rendered as HTML, as are
    /// the findings.
    ///
    /// Leaves `dashboard_url` empty, `debug_lines`, `sign_in_url` and `read_only` at `None`, and
    /// `can_correct` at `false`; the caller fills them in.
    pub fn split(status: Status, found: &[Found]) -> (Self, Vec<LogEntry>) {
        let mut status = status.for_page();
        let entries = std::mem::take(&mut status.activity_log);
        let server_lines = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let last_server_line = entries.last().map_or(0, |entry| entry.seq);
        let (warnings, errors) = count_levels(&entries);
        (
            Self {
                status,
                server_lines,
                last_server_line,
                last_found: found.iter().map(|found| found.seq).max().unwrap_or(0),
                warnings,
                errors,
                debug_lines: None,
                dashboard_url: String::new(),
                sign_in_url: None,
                read_only: None,
                can_correct: false,
            },
            entries,
        )
    }
}
