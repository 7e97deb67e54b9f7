//! Everything only the server has.
//!
//! The flow of data: CSV → [`positions`] → [`batch`] (asks [`market_data`], calls [`analytics`]) →
//! reports to [`tracker`] → `status` → [`web`] and the page. Dependencies point one way:
//! `analytics` depends on no other module, `tracker` does not use `batch`, and only [`store`]
//! writes SQL.

pub mod auth;
pub mod batch;
pub mod config;
pub mod market_data;
pub mod metrics;
pub mod results;
pub mod setups;
pub mod store;
pub mod tracker;
pub mod util;
pub mod web;
