//! The routes of the application's pages, and the HTML document around each page.
//!
//! Pages are rendered only on the server. Each route's handler (in `server::web::handlers::pages`)
//! loads the page's data and provides it as Leptos context; if the data is missing, the page
//! renders as "not found". In the browser, only one island is hydrated:
//! [`crate::live_page::LivePage`].

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::pages::{
    CheckPage, NotFoundPage, ProgressPage, ResultsPage, Site, UploadPage,
    document::{Document, Head},
};

/// Routes each URL to its page. Unknown URLs render [`NotFoundPage`].
///
/// Each page is rendered completely before its first byte is sent (`SsrMode::Async`). Its HTTP
/// status and headers are therefore known before the response starts, and the page works without
/// JavaScript.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/") view=UploadPage ssr=SsrMode::Async/>
                <Route path=path!("/onboarding/progress") view=ProgressPage ssr=SsrMode::Async/>
                <Route path=path!("/portfolios/new/:id") view=CheckPage ssr=SsrMode::Async/>
                <Route path=path!("/portfolios/:id") view=ResultsPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}

/// Renders the HTML document around [`App`].
pub fn shell(site: Arc<Site>, head: Head) -> impl IntoView {
    view! { <Document site head><App/></Document> }
}
