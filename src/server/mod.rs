//! Everything only the server has.
//!
//! The natural way through: CSV → [`portfolio`] → [`batch`] (asks [`market_data`], calls [`analytics`]) → reports
//! to [`tracker`] → `status` → [`web`] and the page. Arrows point one way: `analytics` knows nobody, `tracker`
//! does not know `batch`, nothing outside [`store`] writes SQL.

pub mod analytics;
pub mod auth;
pub mod batch;
pub mod config;
pub mod market_data;
pub mod metrics;
pub mod portfolio;
pub mod results;
#[cfg(test)]
mod seeds;
pub mod setups;
pub mod store;
pub mod tracker;
pub mod util;
pub mod web;
