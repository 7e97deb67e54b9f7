//! Code that runs only on the server.
//!
//! Data flows from an uploaded CSV file through [`positions`] into [`batch`], which fetches prices
//! from [`market_data`], calls [`analytics`] and reports progress to [`tracker`]. From there, the
//! progress reaches the pages through the crate `status` and [`web`]. Dependencies point one way:
//! `analytics` does not depend on any other module, `tracker` does not use `batch`, and only
//! [`store`] contains SQL.

pub mod auth;
pub mod batch;
pub mod config;
pub mod findings;
pub mod market_data;
pub mod metrics;
pub mod previews;
pub mod results;
pub mod setups;
pub mod store;
pub mod tracker;
pub mod util;
pub mod web;
