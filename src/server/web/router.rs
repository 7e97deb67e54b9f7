//! All routes, and the middleware around them.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue},
    middleware::{from_fn, from_fn_with_state},
    response::Redirect,
    routing::{get, post},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::{
    compression::{CompressionLayer, predicate::SizeAbove},
    set_header::SetResponseHeaderLayer,
};

use super::{
    api::openapi,
    error,
    handlers::{admin, corrections, files, links, pages, poll, portfolios, previews, security_txt, shared, upload},
    health,
    middleware::{cross_site, framework_errors, headers, host, panics, request_span, traffic},
    state::AppState,
    upload_form::MAX_UPLOAD,
};
use crate::{app::App, pages::site::BUILD_HEADER, server::auth::Mode};

/// Maximum body size of a request that is not an upload, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Minimum size at which a response is compressed, in bytes. A page with a long log exceeds it. Log
/// downloads are always compressed, because they are streamed and their size is unknown. Responses
/// to polls are smaller, and too frequent for compression to be worth its cost.
const MIN_COMPRESSED_SIZE: u16 = 16_384;

/// Builds the router for the main address: all routes, and the middleware that every request passes
/// through.
pub fn router(state: AppState) -> Router {
    let (api, document) = openapi::api();
    let api = api.merge(openapi::routes(document));
    // `/metrics` has no access check. If `METRICS_ADDR` is not set, the main address serves the
    // metrics only in dev mode, in which only this machine can reach that address.
    let has_metrics = state.config.metrics_addr.is_none() && state.config.auth.mode == Mode::Dev;
    let metrics = if has_metrics { metrics_routes() } else { Router::new() };
    Router::new()
        .merge(api)
        .merge(metrics)
        .leptos_routes_with_handler(generate_route_list(App), pages::page)
        .route("/", post(upload::submit).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/portfolios/new", post(upload::check_first).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        // Only a typed address leads here: the form redirects to the page of its preview.
        .route("/portfolios/new", get(async || Redirect::to("/")))
        .route("/portfolios/new/{id}", post(previews::update))
        .route("/portfolios/{id}/links", get(links::show).post(links::make))
        .route("/portfolios/{id}/links/{link_id}/delete", post(links::take_back))
        .route("/shared/{token}", get(shared::show))
        .route("/admin", get(admin::show))
        .route("/portfolios/{id}/correct", post(corrections::correct).get(corrections::back))
        .route("/portfolios/{id}/rename", post(portfolios::rename).get(portfolios::back))
        .route("/portfolios/{id}/delete", post(portfolios::delete).get(portfolios::back))
        .route("/api/page/status", get(poll::poll).layer(build_header(&state)))
        .route("/api/{*path}", get(error::no_such_route).post(error::no_such_route))
        .merge(security_txt::routes(&state.config))
        .layer(from_fn_with_state(state.clone(), traffic::admission::hold_response))
        .fallback_service(files::router(&state))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(MIN_COMPRESSED_SIZE)))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(state.clone(), framework_errors::replace_framework_errors))
        .layer(from_fn_with_state(state.clone(), panics::contain))
        .layer(from_fn_with_state(state.clone(), traffic::admission::admit))
        .layer(from_fn_with_state(state.clone(), cross_site::reject_cross_site))
        .layer(from_fn_with_state(state.clone(), host::require_loopback_host))
        .layer(from_fn(headers::set_strict_headers))
        .layer(request_span::layer())
        .with_state(state)
}

/// Returns a layer that adds the build of the server to responses. A page of another build reloads
/// when it sees the header.
fn build_header(state: &AppState) -> SetResponseHeaderLayer<Option<HeaderValue>> {
    let build = HeaderValue::from_str(&state.site.build).ok();
    SetResponseHeaderLayer::overriding(HeaderName::from_static(BUILD_HEADER), build)
}

/// Builds the router for the separate address that `METRICS_ADDR` sets.
pub fn metrics_router(state: AppState) -> Router {
    metrics_routes().layer(from_fn(headers::set_strict_headers)).with_state(state)
}

fn metrics_routes() -> Router<AppState> {
    Router::new().route("/metrics", get(health::metrics))
}
