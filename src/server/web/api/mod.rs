//! Handlers of the API for programs, by noun. All of them are described in `openapi.rs`.

mod attempts;
mod idempotency;
pub(super) mod list_page;
pub mod log_file;
mod log_stream;
mod logs;
pub(super) mod openapi;
mod openapi_session;
mod portfolio_id;
mod portfolios;
mod results;
mod runs;
mod status;
#[cfg(test)]
mod tests;
