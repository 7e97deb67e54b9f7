//! Who is asking and what they may do: extractors that no handler can do without.

pub mod access;
pub mod account;
pub mod audit;
pub mod rate_key;
pub mod rate_limit;
pub mod rejection;
pub mod user;
