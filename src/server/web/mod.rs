//! Everything that comes in over HTTP.
//!
//! | place | holds |
//! |---|---|
//! | `router.rs`, `state.rs` | the routes; what every handler can reach |
//! | `api/` | the API for programs, by noun |
//! | `handlers/` | pages, the upload form, the live page's polls, files |
//! | `identity/` | who is asking and what they may do |
//! | `middleware/` | what every request and response goes through |
//! | `responses.rs`, `response_format.rs`, `error.rs` … | what handlers have in common |
//! | `connections/`, `startup.rs`, `serve.rs` | sockets, the time before and after |
//!
//! Handlers translate between HTTP and [`crate::server::setups`], which does the work.
//! `error::ApiError` is the only error type.

pub mod api;
pub mod connections;
mod error;
mod handlers;
mod health;
mod identity;
mod middleware;
mod precompressed_response;
mod progress_redirect;
mod query_parameters;
mod response_format;
mod responses;
mod router;
mod serve;
pub mod startup;
mod state;
mod upload_form;

pub use handlers::{pages::live_page, poll::answer_poll};
pub use identity::rate_limit::{BURST, Limits};
pub use router::{metrics_router, router};
pub use serve::{serve, serve_routes, stop_signal};
pub use state::{AppParts, AppState};
