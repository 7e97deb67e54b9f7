//! One line of the activity log: number, time, level and message. The number links to the line.

use leptos::prelude::*;
use status::{LogEntry, LogLevel};

/// One entry of the activity log. Color alone would not be accessible, so warnings and errors also
/// have a symbol, and a word for screen readers.
///
/// The HTML is not reactive, so even 5,000 lines cost nothing once they are rendered. All parts are
/// inline elements, so that a copied line is a single line of text.
#[component]
pub fn ActivityLogEntry(
    /// The time of the entry, already formatted.
    clock: String,
    entry: LogEntry,
) -> impl IntoView {
    let (class, glyph, word) = match entry.level {
        LogLevel::Debug | LogLevel::Info => ("entry", "", ""),
        LogLevel::Warning => ("entry warning", "!", "Warning: "),
        LogLevel::Error => ("entry failed", "\u{2715}", "Error: "),
    };
    let LogEntry { seq, timestamp, message, .. } = entry;
    let title = full_time(&timestamp);
    view! {
        <li id=format!("L{seq}") class=class>
            // The link is not a tab stop and is hidden from screen readers. Otherwise, users would
            // have to step through 5,000 links in a log of 5,000 lines. They can reach any line
            // with the search box instead.
            <a class="number" href=format!("#L{seq}") tabindex="-1" aria-hidden="true">{seq}</a>
            <time datetime=timestamp title=title>{clock}</time>
            // Copied text gets two spaces between time and message. Two plain spaces would collapse
            // into one.
            "\u{a0} "
            {(!glyph.is_empty()).then(|| view! { <span class="mark" aria-hidden="true">{glyph}</span> })}
            <span class="message">
                {(!word.is_empty()).then(|| view! { <span class="word">{word}</span> })}
                {message}
            </span>
        </li>
    }
}

/// Returns the date and time of a log line in UTC, with milliseconds.
pub fn full_time(timestamp: &str) -> String {
    format!("{} {} UTC", timestamp.get(..10).unwrap_or_default(), timestamp.get(11..23).unwrap_or_default())
}
