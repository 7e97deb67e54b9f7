//! The pieces of the live page, one file each. They show what [`live::Live`] holds and never call the server.

pub mod activity_log;
pub mod activity_log_entry;
pub mod cancel_button;
pub mod complete;
pub mod connection_indicator;
pub mod download_log_button;
pub mod error;
pub mod live;
pub mod overall_progress;
pub mod phase_list;
pub mod phase_list_item;
pub mod retry_button;
