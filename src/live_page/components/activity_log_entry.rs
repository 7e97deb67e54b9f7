//! One line of the activity log: its number as a link to it, when, how serious, what.

use leptos::prelude::*;
use status::{LogEntry, LogLevel};

/// One entry. Warnings and errors are marked by a word and a glyph, not by colour alone.
///
/// Nothing in it is reactive: five thousand of them cost nothing once they are there.
#[component]
pub fn ActivityLogEntry(
    /// What its clock shows.
    clock: String,
    /// The entry.
    entry: LogEntry,
) -> impl IntoView {
    let (class, glyph, word) = match entry.level {
        LogLevel::Debug | LogLevel::Info => ("entry", "", ""),
        LogLevel::Warning => ("entry warning", "!", "Warning: "),
        LogLevel::Error => ("entry failed", "\u{2715}", "Error: "),
    };
    let LogEntry { seq, timestamp, message, .. } = entry;
    let title =
        format!("{} {} UTC", timestamp.get(..10).unwrap_or_default(), timestamp.get(11..19).unwrap_or_default());
    view! {
        <li id=format!("L{seq}") class=class>
            // Not a stop on the way through the page, nor read aloud: the search leads to lines as well.
            <a class="number" href=format!("#L{seq}") tabindex="-1" aria-hidden="true">{seq}</a>
            <time datetime=timestamp title=title>{clock}</time>
            <span class="mark" aria-hidden="true">{glyph}</span>
            <span class="message">
                {(!word.is_empty()).then(|| view! { <span class="visually-hidden">{word}</span> })}
                {message}
            </span>
        </li>
    }
}
