//! What stands between the page and the server, and how old what is shown is.

use leptos::prelude::*;

use super::live::Live;
use crate::poll::Connection;

/// The line at the top right: *Live*, *Reconnecting in N s*, *Offline*, *Paused*.
#[component]
pub fn ConnectionIndicator(
    /// The page's state.
    live: Live,
) -> impl IntoView {
    let class = Memo::new(move |_| match live.connection.get() {
        Connection::Live => "connection live",
        Connection::Fresh | Connection::Over => "connection still",
        Connection::Reconnecting { .. } | Connection::Offline | Connection::Paused | Connection::Gone => {
            "connection stale"
        }
    });
    let words = Memo::new(move |_| {
        if live.connection.get() == Connection::Over {
            return live.status.with(|status| format!("Attempt {} of {}", status.attempt, status.attempts));
        }
        live.connection.get().words(live.now_ms.get(), live.arrived_ms.get())
    });
    view! { <p class=move || class.get()><span class="dot" aria-hidden="true"></span>{move || words.get()}</p> }
}
