//! The section *What we found so far*: prices, the equity curve and other findings of the phases,
//! as the server draws them.
//!
//! The section is HTML only, like the server-rendered log lines (see [`super::server_lines`]): the
//! browser does not hydrate it, and a poll replaces single findings in it.

use leptos::prelude::*;
use leptos::tachys::html::islands::IslandChildren;

/// The section *What we found so far*.
#[component]
pub fn Found() -> impl IntoView {
    server_found()
}

/// Returns an empty placeholder. The browser hydrates this placeholder instead of the section.
#[cfg(feature = "hydrate")]
fn server_found() -> IslandChildren<()> {
    IslandChildren::new(())
}

#[cfg(not(feature = "hydrate"))]
pub use on_server::{FoundPanel, ServerFound};

#[cfg(not(feature = "hydrate"))]
use on_server::server_found;

#[cfg(not(feature = "hydrate"))]
mod on_server {
    use leptos::{either::Either, prelude::*};

    use super::IslandChildren;
    use crate::live_page::browser::FOUND_AT_THE_END;

    /// The content of the section. `ProgressPage` puts it into the Leptos context.
    #[derive(Clone, Default)]
    pub struct ServerFound {
        pub is_over: bool,
        /// Empty if the run has ended and no findings of it were kept.
        pub panels: Vec<FoundPanel>,
    }

    /// A part of the section with the findings of one phase.
    #[derive(Clone)]
    pub struct FoundPanel {
        /// The `id` of the element that contains the findings.
        pub id: &'static str,
        pub title: &'static str,
        pub is_list: bool,
        /// The findings as HTML.
        pub html: String,
    }

    pub(super) fn server_found() -> IslandChildren<impl IntoView> {
        let ServerFound { is_over, panels } = use_context().unwrap_or_default();
        let title = if is_over { FOUND_AT_THE_END } else { "What we found so far" };
        let panel = |FoundPanel { id, title, is_list, html }| {
            let title_id = format!("{id}-title");
            let findings = if is_list {
                Either::Left(
                    view! { <ul id=id class="found-tiles" aria-labelledby=title_id.clone() inner_html=html></ul> },
                )
            } else {
                Either::Right(view! { <div id=id inner_html=html></div> })
            };
            view! { <div class="found-panel"><h3 id=title_id>{title}</h3>{findings}</div> }
        };
        let section = (!panels.is_empty()).then(|| {
            view! {
                <section class="card found" aria-labelledby="found-title">
                    <h2 id="found-title">{title}</h2>
                    <p class="small found-nothing">"Prices and charts appear here as soon as we have them."</p>
                    // On a narrow page, the panels scroll sideways. The keyboard must reach them.
                    <div class="found-panels" tabindex="0" role="group" aria-labelledby="found-title">
                        {panels.into_iter().map(panel).collect_view()}
                    </div>
                </section>
            }
        });
        IslandChildren::new(section)
    }
}
