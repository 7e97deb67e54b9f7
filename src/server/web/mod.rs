//! Everything that comes in over HTTP.
//!
//! | place | holds |
//! |---|---|
//! | `mod.rs`, `state.rs` | the router; what every handler can reach |
//! | `api/` | the API for programs, by noun |
//! | `handlers/` | pages, the upload form, files |
//! | `identity/` | who is asking and what they may do |
//! | `middleware/` | what every request and response goes through |
//! | `responses.rs`, `response_format.rs`, `error.rs` | what handlers have in common |
//! | `connections/`, `startup.rs`, `serve.rs` | sockets, the time before and after |
//!
//! Handlers translate; what they ask for is done by [`crate::server::setups`]. `error::ApiError` is the one error type.

pub mod api;
pub mod connections;
pub mod error;
mod handlers;
mod health;
mod identity;
mod middleware;
mod response_format;
mod responses;
mod serve;
pub mod startup;
mod state;
mod upload_form;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};

use self::{
    api::openapi,
    handlers::{files, pages, security_txt, upload},
    middleware::{cross_site, framework_errors, headers, host, panics, request_span, traffic},
};
use crate::{app::App, server::auth::Mode};

pub use api::status::answer_poll;
pub use handlers::pages::live_page;
pub use identity::{
    Access, CurrentUser, PortfolioAccess, Writer,
    audit::Audit,
    rate_limit::{BURST, Limits},
};
pub use middleware::traffic::{Traffic, TrafficLimits};
pub use serve::{serve, serve_routes, stop_signal};
pub use state::{AppParts, AppState};

/// The largest upload, in bytes.
const MAX_UPLOAD: usize = 10_000_000;

/// The largest body of any other request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Answers from this size on are compressed, in bytes: a page with a long log, and its download. Polls are smaller, and
/// sent more often than compressing them would be worth.
const COMPRESSED_FROM: u16 = 16_384;

/// Every route.
pub fn router(state: AppState) -> Router {
    let (api, document) = openapi::api();
    let api = api.merge(openapi::routes(document));
    // Everybody who reaches the main address may read it there, so only where nobody else can reach that address.
    let is_here = state.config.metrics_addr.is_none() && state.config.auth.mode == Mode::Dev;
    let measured = if is_here { metrics_routes() } else { Router::new() };
    Router::new()
        .merge(api)
        .merge(measured)
        .leptos_routes_with_handler(generate_route_list(App), pages::page)
        .route("/", post(upload::submit).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/api/page/status", get(api::status::poll))
        .route("/api/{*path}", get(error::no_such_route).post(error::no_such_route))
        .merge(security_txt::routes(&state.config))
        .layer(from_fn_with_state(state.clone(), traffic::hold_answer))
        .fallback_service(files::router(&state))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_FROM)))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(state.clone(), framework_errors::replace_framework_errors))
        .layer(from_fn_with_state(state.clone(), panics::contain))
        .layer(from_fn_with_state(state.clone(), traffic::admit))
        .layer(from_fn_with_state(state.clone(), cross_site::reject_cross_site))
        .layer(from_fn_with_state(state.clone(), host::require_loopback_host))
        .layer(from_fn(headers::set_strict_headers))
        .layer(request_span::layer())
        .with_state(state)
}

/// What is served at an address of its own where `METRICS_ADDR` names one.
pub fn metrics_router(state: AppState) -> Router {
    metrics_routes().layer(from_fn(headers::set_strict_headers)).with_state(state)
}

fn metrics_routes() -> Router<AppState> {
    Router::new().route("/metrics", get(health::metrics))
}
