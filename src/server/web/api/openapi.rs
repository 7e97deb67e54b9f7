//! The API for programs: all routes, the OpenAPI document that describes them, and the page that
//! shows the document.
//!
//! Routes are registered through their OpenAPI descriptions, so the document cannot omit a route.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use leptos::prelude::*;
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{corrections, files, layouts, links, logs, openapi_session, portfolios, previews, results, runs, status};
use crate::{
    pages::{
        api_document::ApiDocumentPage,
        document::{Account, Head},
    },
    server::web::{health, responses, state::AppState, upload_form::MAX_UPLOAD},
};

/// Returns the routes of the API and the OpenAPI document that describes them.
pub fn api() -> (Router<AppState>, OpenApi) {
    let mut info = Info::new("Portfolio Setup", env!("CARGO_PKG_VERSION"));
    let description = "Upload the positions of a portfolio and follow its setup live. \
        On servers with sign-in, every request about portfolios needs a session: \
        a Bearer token or the cookie __session. \
        Phase ids differ from the numbers on the page: \"Phase 6\" on the page is `phase_3` in the API.";
    info.description = Some(description.into());
    let public = OpenApiRouter::with_openapi(OpenApiBuilder::new().info(info).build())
        .routes(routes!(portfolios::template))
        .routes(routes!(health::live))
        .routes(routes!(health::ready));
    let mut private = OpenApiRouter::new()
        .routes(routes!(portfolios::list, portfolios::create).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .routes(routes!(previews::preview).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .routes(routes!(portfolios::delete, portfolios::rename))
        .routes(routes!(files::file))
        .routes(routes!(links::list, links::make))
        .routes(routes!(links::delete))
        .routes(routes!(corrections::correct))
        .routes(routes!(layouts::list, layouts::forget_all))
        .routes(routes!(layouts::forget))
        .routes(routes!(runs::retry))
        .routes(routes!(runs::cancel))
        .routes(routes!(status::status))
        .routes(routes!(logs::logs))
        .routes(routes!(results::analytics))
        .routes(routes!(results::table));
    openapi_session::require(private.get_openapi_mut());
    public.merge(private).split_for_parts()
}

/// Returns the routes of the OpenAPI document and of the page that shows it.
pub fn routes(document: OpenApi) -> Router<AppState> {
    // The page is rendered from the same JSON document that programs get.
    let json = Arc::new(serde_json::to_value(document).unwrap_or_default());
    let document = json.clone();
    let json = move || async move { ([(header::CACHE_CONTROL, "no-cache")], Json(json)).into_response() };
    let docs = move |State(state): State<AppState>, account: Account| async move {
        let page = move || view! { <ApiDocumentPage document/> };
        responses::document(&state, StatusCode::OK, Head::new("API reference").with_account(account), page)
    };
    Router::new().route("/api/openapi.json", get(json)).route("/api/docs", get(docs))
}

#[cfg(test)]
mod tests {
    use super::api;

    /// Clients are generated from the OpenAPI document, so any change to it must be deliberate.
    #[test]
    fn keeps_openapi_document_stable() {
        insta::assert_json_snapshot!(api().1);
    }
}
