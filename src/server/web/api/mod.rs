//! Handlers of the API for programs, one file per resource. `openapi.rs` registers and describes
//! all routes.

mod attempts;
pub(super) mod corrections;
mod files;
mod idempotency;
mod layouts;
pub(super) mod links;
pub(super) mod list_page;
pub mod log_file;
mod log_stream;
mod logs;
pub(super) mod openapi;
mod openapi_session;
mod portfolio_id;
mod portfolios;
mod previews;
mod results;
mod runs;
mod status;
#[cfg(test)]
mod tests;
