//! What every request and response goes through, outermost first in [`super::router::router`].

pub mod cross_site;
pub mod forwarded;
pub mod framework_errors;
pub mod headers;
pub mod host;
pub mod panics;
pub mod request_span;
pub mod traffic;
