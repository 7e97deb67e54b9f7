//! The page behind a read-only link: the status and the log of a run. It shows no quantities,
//! values, results, findings or files, and offers no actions.

use leptos::{either::Either, prelude::*};
use status::{
    LogEntry, LogLevel, PhaseStatus, RunStatus, Status, counted, format_count, format_duration, format_exact,
    format_time_left, format_took,
};

use super::{
    links::Moment,
    state_words::{phase_state, run_state, setups_ahead},
};
use crate::server::{setups::SharedRun, store::QueueState};

/// How often the browser reloads the page while the run is in progress, in seconds.
pub const REFRESH_SECONDS: u32 = 5;

/// The data of the page.
pub struct SharedView {
    pub run: SharedRun,
    /// The link works before this time.
    pub expires_ms: i64,
    /// Whether the viewer has paused the updates.
    pub is_paused: bool,
}

/// The page behind a link that works.
#[component]
pub fn SharedPage(view: SharedView) -> impl IntoView {
    let SharedView { run: SharedRun { status, entries }, expires_ms, is_paused } = view;
    let is_cancelled = status.is_cancelled();
    let queue = QueueState::from_position(status.queue_position);
    let state = run_state(status.status, is_cancelled, queue);
    let percent = status.percent();
    // An unknown percentage is not shown as zero.
    let percent_label = match percent {
        Some(percent) if queue == QueueState::NotWaiting => format!("{state} \u{b7} {percent}% complete"),
        _ => state.to_owned(),
    };
    let is_running = status.status == RunStatus::Running;
    let time_left = if is_running { time_left(&status) } else { None };
    let elapsed = if is_running {
        format!("Elapsed: {}", format_duration(status.elapsed_seconds))
    } else {
        format!("Took: {}", format_took(status.elapsed_seconds, status.elapsed_ms))
    };
    let phases = status.phases.as_deref().unwrap_or_default();
    // The page shows only the newest lines of a long log.
    let first_shown = entries.first().map_or(u64::MAX, |entry| entry.seq);
    let phases = phases.iter().map(|phase| phase_item(phase, is_cancelled, first_shown)).collect_view();
    let (shown, total) = (entries.len() as u64, status.last_seq);
    view! {
        <main>
            <h1 class="shared-name">{status.portfolio_name}</h1>
            <p class="lead">"Shared by its owner. You can follow the setup here, but not change it."</p>
            <section class="overall" aria-label="Overall progress">
                <div class="line">
                    <p class="percent">{percent_label}</p>
                    <p class="left">{time_left}</p>
                </div>
                <progress aria-label="Overall" max="100" value=percent.map(|percent| percent.to_string())></progress>
                <p class="small">{elapsed}</p>
            </section>
            {is_running.then(|| view! { <Updates is_paused/> })}
            <section class="card" aria-labelledby="phases-title">
                <h2 id="phases-title">"Phase progress"</h2>
                <ol class="shared-phases">{phases}</ol>
            </section>
            <section class="card" aria-labelledby="log-title">
                <h2 id="log-title">"Activity log"</h2>
                <p class="small">{log_note(shown, total)}</p>
                <ol class="shared-log" reversed>{entries.into_iter().rev().map(line).collect_view()}</ol>
            </section>
            <p class="small">"This link works until "<Moment ms=expires_ms/>", unless its owner takes it back first."</p>
        </main>
    }
}

/// Returns the time left, or how many other setups are ahead.
fn time_left(status: &Status) -> Option<String> {
    match status.queue_position {
        Some(ahead) => Some(setups_ahead(ahead)),
        None => status.eta.map(format_time_left),
    }
}

/// Says that the page reloads itself, and lets the viewer stop that. A reload would interrupt
/// someone who reads with a screen reader.
#[component]
fn Updates(is_paused: bool) -> impl IntoView {
    if is_paused {
        Either::Left(view! { <p class="small">"Updates are paused. "<a href="?updates=on">"Resume updates"</a></p> })
    } else {
        Either::Right(view! {
            <p class="small">
                {format!("This page updates every {REFRESH_SECONDS} seconds. ")}<a href="?updates=paused">"Pause updates"</a>
            </p>
        })
    }
}

/// Returns a phase, with a link to its first log line if the page shows that line. `first_shown` is
/// the first line on the page.
fn phase_item(phase: &PhaseStatus, is_cancelled: bool, first_shown: u64) -> impl IntoView + use<> {
    let number = phase.phase_id.number();
    let name = format!("{number}. {}", phase.phase_name);
    let state = phase_state(phase, is_cancelled);
    let duration = phase.duration_ms.map(format_exact);
    let first_line = phase.first_seq.filter(|seq| *seq >= first_shown).map(|seq| format!("#L{seq}"));
    view! {
        <li>
            <span class="name">{name}</span>
            <span class="state">{state}</span>
            <span class="duration">{duration}</span>
            <a class="phase-log" href=first_line aria-label=format!("Log of Phase {number}")>"Log"</a>
        </li>
    }
}

/// Returns the sentence above the log.
fn log_note(shown: u64, total: u64) -> String {
    match shown {
        0 => "No lines yet.".to_owned(),
        _ if shown < total => {
            format!("The newest {} of {}, newest first. Times are in UTC.", format_count(shown), counted(total, "line"))
        }
        _ => format!("{}, newest first. Times are in UTC.", counted(shown, "line")),
    }
}

fn line(entry: LogEntry) -> impl IntoView {
    let (class, word) = match entry.level {
        LogLevel::Debug | LogLevel::Info => ("", ""),
        LogLevel::Warning => ("warning", "Warning: "),
        LogLevel::Error => ("failed", "Error: "),
    };
    let clock = entry.timestamp.get(11..19).unwrap_or_default().to_owned();
    view! {
        <li class=class value=entry.seq id=format!("L{}", entry.seq)>
            <time datetime=entry.timestamp>{clock}</time>
            " "
            <span>{format!("{word}{}", entry.message)}</span>
        </li>
    }
}

/// The page behind a link that does not work. It does not say whether the link ever existed.
#[component]
pub fn LinkGonePage() -> impl IntoView {
    view! {
        <main>
            <h1>"Link Not Available"</h1>
            <p class="lead">"This link has expired or was taken back."</p>
            <p>"Ask the person who sent it to you for a new one."</p>
        </main>
    }
}
