//! Small things that several rooms use and that know none of them.

pub mod clock;
pub mod computing;
pub mod guarded_body;
pub mod lock;
pub mod log_line;
pub mod precompressed;
pub mod viewer;
