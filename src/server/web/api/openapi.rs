//! The API for programs: its routes, the OpenAPI document that describes them, and a page to read it on.
//!
//! A route is served only through its description, so no route can be missing from the document.

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

use super::{logs, openapi_session, portfolios, results, runs, status};
use crate::{
    pages::{
        api_document::ApiDocumentPage,
        document::{Account, Head},
    },
    server::web::{health, responses, state::AppState, upload_form::MAX_UPLOAD},
};

/// The routes for programs, and the document about them.
pub fn api() -> (Router<AppState>, OpenApi) {
    let mut info = Info::new("Portfolio Setup", env!("CARGO_PKG_VERSION"));
    let description = "Upload the positions of a portfolio and follow, truthfully, how it is being set up. \
        Where people sign in, every request about portfolios carries a session: as a Bearer token, or in the cookie __session.";
    info.description = Some(description.into());
    let everybodys = OpenApiRouter::with_openapi(OpenApiBuilder::new().info(info).build())
        .routes(routes!(portfolios::template))
        .routes(routes!(health::live))
        .routes(routes!(health::ready));
    let mut users = OpenApiRouter::new()
        .routes(routes!(portfolios::list, portfolios::create).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .routes(routes!(portfolios::delete))
        .routes(routes!(runs::retry))
        .routes(routes!(runs::cancel))
        .routes(routes!(status::status))
        .routes(routes!(logs::logs))
        .routes(routes!(results::analytics))
        .routes(routes!(results::table));
    openapi_session::require(users.get_openapi_mut());
    everybodys.merge(users).split_for_parts()
}

/// The document and its page.
pub fn routes(document: OpenApi) -> Router<AppState> {
    // Read as what travels: the page shows what programs get.
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

    /// The document is a wire format of its own: programs are generated from it.
    #[test]
    fn the_document_does_not_change_by_accident() {
        insta::assert_json_snapshot!(api().1);
    }
}
