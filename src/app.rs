//! The routes of the application's pages, and the HTML document around each page.
//!
//! Only the server renders pages. Each route's handler (`server::web::handlers::pages`) loads the
//! data of its page and provides it as Leptos context; a page without data renders as "not found".
//! The browser hydrates a single island, [`crate::live_page::LivePage`].

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::pages::{
    NotFoundPage, ProgressPage, ResultsPage, Site, UploadPage,
    document::{Document, Head},
};

/// The router of all pages. Every unknown address renders [`NotFoundPage`].
///
/// Each page is rendered completely before its first byte is sent (`SsrMode::Async`), so that the
/// HTTP status and headers are known by then and the page works without scripts.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/") view=UploadPage ssr=SsrMode::Async/>
                <Route path=path!("/onboarding/progress") view=ProgressPage ssr=SsrMode::Async/>
                <Route path=path!("/portfolios/:id") view=ResultsPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}

/// Renders the HTML document around [`App`].
pub fn shell(site: Arc<Site>, head: Head) -> impl IntoView {
    view! { <Document site head><App/></Document> }
}
