//! Authentication, authorization and rate limits, as extractors that handlers take as arguments.

pub mod access;
pub mod account;
pub mod audit;
pub mod rate_key;
pub mod rate_limit;
pub mod rejection;
pub mod user;
