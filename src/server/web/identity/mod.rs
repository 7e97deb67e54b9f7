//! Who is asking and what they may do: extractors that no handler can do without.

pub mod access;
pub mod audit;
pub mod rate_limit;
pub mod rejection;
pub mod user;

pub use access::PortfolioAccess;
pub use rejection::Rejection;
pub use user::{Access, CurrentUser, Writer};
