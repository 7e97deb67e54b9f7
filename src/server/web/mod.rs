//! The HTTP server: routes, handlers, middleware and connections.
//!
//! | module | contents |
//! |---|---|
//! | `router.rs`, `state.rs` | all routes; the state that handlers share |
//! | `api/` | the API for programs, one file per resource |
//! | `handlers/` | pages, the upload form, the live page's polls, static files |
//! | `identity/` | authentication, authorization, rate limits, the audit log |
//! | `middleware/` | checks and headers that apply to every request and response |
//! | `responses.rs`, `response_format.rs`, `error.rs` … | code that several handlers share |
//! | `connections/`, `startup.rs`, `serve.rs` | sockets; starting and shutting down |
//!
//! Handlers only translate between HTTP and [`crate::server::setups`] or
//! [`crate::server::previews`]. Their only error type is `error::ApiError`.

pub mod api;
mod check_form;
pub mod connections;
mod error;
mod handlers;
mod health;
mod identity;
mod middleware;
mod origin;
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
