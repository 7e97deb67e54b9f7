//! Middleware for every request and response, such as security checks and security headers. In
//! [`super::router::router`], the layer that is added last is the outermost, so it sees each
//! request first.

pub mod cross_site;
pub mod forwarded;
pub mod framework_errors;
pub mod headers;
pub mod host;
pub mod panics;
pub mod request_span;
pub mod traffic;
