//! Handlers of the API for programs, by noun. All of them are described in `openapi.rs`.

mod attempts;
mod idempotency;
pub mod list_page;
pub mod log_file;
mod log_stream;
mod logs;
pub mod openapi;
mod openapi_session;
pub mod portfolios;
mod results;
pub mod status;
#[cfg(test)]
mod tests;
