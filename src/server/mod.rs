//! Everything only the server has.
//!
//! The natural way through: CSV → [`portfolio`] → [`batch`] (asks [`market_data`], calls [`analytics`]) → reports
//! to [`tracker`] → `status` → [`http`] and the page. Arrows point one way: `analytics` knows nobody, `tracker`
//! does not know `batch`, nothing outside [`store`] writes SQL.

pub mod analytics;
pub mod auth;
pub mod batch;
pub mod clock;
pub mod computing;
pub mod config;
pub mod connections;
pub mod exports;
mod guarded_body;
pub mod http;
pub mod lock;
pub mod log_line;
pub mod market_data;
pub mod metrics;
pub mod pages;
pub mod portfolio;
pub mod precompressed;
pub mod reader;
pub mod recent_results;
pub mod results;
pub mod security_contact;
#[cfg(test)]
mod seeds;
mod serve;
mod setups;
pub mod starting;
pub mod store;
pub mod support;
pub mod text;
pub mod tracker;

pub use serve::{serve, serve_routes, stop_signal};
pub use setups::{RunResults, SetupService, StatusQuery};
