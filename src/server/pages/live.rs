//! The document of the live page: its first HTML whole, its data beside it, and the script that goes on from there.

use leptos::{hydration::HydrationScripts, nonce::use_nonce, prelude::*};
use status::RunStatus;

use super::{Page, Site, shell::Shell};
use crate::pages::progress::{DATA_ELEMENT, PageData, ProgressPage};

/// Seconds between two reloads where there are no scripts.
const RELOAD_SECONDS: u32 = 5;

/// Where there are scripts but the page's own one does not come or does not run: a page that stands still would look
/// like one that is up to date.
const RELOAD_UNLESS_ALIVE: &str =
    "setTimeout(()=>{document.documentElement.hasAttribute('data-hydrated')||location.reload()},15000)";

/// Renders the live page.
pub fn render(site: &Site, data: PageData) -> Page {
    let site = site.clone();
    super::render(&site.clone(), move || {
        let title = data.status.portfolio_name.clone();
        let reload = data.status.status == RunStatus::Running;
        let json = data_json(&data);
        let head = view! {
            {reload.then(|| view! {
                <noscript inner_html=format!("<meta http-equiv=\"refresh\" content=\"{RELOAD_SECONDS}\">")></noscript>
                <script nonce=use_nonce() inner_html=RELOAD_UNLESS_ALIVE></script>
            })}
            <script type="application/json" id=DATA_ELEMENT inner_html=json></script>
            <HydrationScripts options=site.leptos.clone()/>
        }
        .into_any();
        view! { <Shell site title head><ProgressPage data/></Shell> }
    })
}

/// The data as JSON that cannot end its script element.
fn data_json(data: &PageData) -> String {
    serde_json::to_string(data).unwrap_or_default().replace('<', "\\u003c")
}
