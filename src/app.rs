//! The application: its routes, and the document they are in.
//!
//! Rendered by the server alone. Each route's handler (`server::web::handlers::pages`) loads what its page shows and
//! provides it as context; a page that finds none is not there. Only the island [`crate::live_page::LivePage`] comes to
//! life in the browser.

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

/// All routes of pages. Any other address is [`NotFoundPage`].
///
/// Pages are rendered whole before anything is sent (`SsrMode::Async`), so that status and headers
/// are known and nothing on them needs a script.
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

/// The document with the application in it.
pub fn shell(site: Arc<Site>, head: Head) -> impl IntoView {
    view! { <Document site head><App/></Document> }
}
