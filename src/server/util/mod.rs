//! Small helpers that several modules of the server share. The helpers do not depend on other
//! modules of the server.

pub mod clock;
pub mod computing;
pub mod guarded_body;
pub mod lock;
pub mod log_line;
pub mod precompressed;
pub mod viewer;
