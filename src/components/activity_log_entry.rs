//! One line of the activity log: when, how serious, what.

use leptos::prelude::*;

use crate::status::{LogEntry, LogLevel};

/// One entry. Warnings and errors are marked by a word and a glyph, not by colour alone.
#[component]
pub fn ActivityLogEntry(
    /// The entry.
    entry: LogEntry,
    /// Whether times are in the reader's zone.
    local_time: RwSignal<bool>,
) -> impl IntoView {
    let (class, glyph, word) = match entry.level {
        LogLevel::Debug | LogLevel::Info => ("entry", "", ""),
        LogLevel::Warning => ("entry warning", "!", "Warning: "),
        LogLevel::Error => ("entry failed", "\u{2715}", "Error: "),
    };
    let utc = entry.timestamp.get(11..19).unwrap_or_default().to_owned();
    let title = format!("{} {utc} UTC", entry.timestamp.get(..10).unwrap_or_default());
    let timestamp = entry.timestamp.clone();
    let time =
        move || if local_time.get() { local_clock(&timestamp).unwrap_or_else(|| utc.clone()) } else { utc.clone() };
    view! {
        <li id=format!("L{}", entry.seq) class=class>
            <time datetime=entry.timestamp.clone() title=title>{time}</time>
            <span class="mark" aria-hidden="true">{glyph}</span>
            <span class="message"><span class="visually-hidden">{word}</span>{entry.message}</span>
        </li>
    }
}

/// The time of day in the reader's zone, which only the browser knows.
fn local_clock(timestamp: &str) -> Option<String> {
    crate::pages::progress::browser::local_clock(timestamp)
}
