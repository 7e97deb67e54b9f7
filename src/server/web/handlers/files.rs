//! The browser's files, as the build compressed them.

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeader};

use super::pages;
use crate::server::web::state::AppState;

/// Serves the files of the build, and a page where there is none.
///
/// Each file may have compressed forms beside it, so each answer says that it depends on what the
/// browser accepts: otherwise a shared cache would give one form to everybody.
pub fn router(state: &AppState) -> Router {
    let not_found = get(pages::not_found).with_state(state.clone());
    let root = state.site.leptos.site_root.as_ref();
    let files = ServeDir::new(root).precompressed_br().precompressed_gzip().fallback(not_found);
    let vary = HeaderValue::from_static("accept-encoding");
    Router::new().fallback_service(SetResponseHeader::if_not_present(files, header::VARY, vary))
}
