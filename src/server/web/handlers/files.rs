//! Serves static files to browsers. The files were already compressed by the build.

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeader};

use super::pages;
use crate::server::web::state::AppState;

/// Serves the static files that the build created. Responds to unknown paths with the "not found"
/// page.
///
/// A file may exist in several content codings, so each response has `Vary: Accept-Encoding`.
/// Without this header, a shared cache could serve a coding that the browser does not accept.
pub fn router(state: &AppState) -> Router {
    let not_found = get(pages::not_found).with_state(state.clone());
    let root = state.site.leptos.site_root.as_ref();
    let files = ServeDir::new(root).precompressed_br().precompressed_gzip().fallback(not_found);
    let vary = HeaderValue::from_static("accept-encoding");
    Router::new().fallback_service(SetResponseHeader::if_not_present(files, header::VARY, vary))
}
