//! Small helpers that several modules share. They use none of these modules.

pub mod clock;
pub mod computing;
pub mod guarded_body;
pub mod lock;
pub mod log_line;
pub mod precompressed;
pub mod viewer;
