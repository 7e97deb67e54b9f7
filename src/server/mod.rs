//! Everything only the server has.
//!
//! The natural way through: CSV → [`positions`] → [`batch`] (asks [`market_data`], calls [`analytics`]) → reports
//! to [`tracker`] → `status` → [`web`] and the page. Arrows point one way: `analytics` knows nobody, `tracker`
//! does not know `batch`, nothing outside [`store`] writes SQL.

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
