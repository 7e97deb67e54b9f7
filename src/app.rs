//! The application: its routes, and the document around them.
//!
//! Rendered by the server only. Each route's handler (`server::web::handlers::pages`) loads the
//! data of its page and provides it as context; a page without data renders as "not found". Only
//! the island [`crate::live_page::LivePage`] is hydrated in the browser.

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
