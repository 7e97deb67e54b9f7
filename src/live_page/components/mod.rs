//! The components of the live page, one per file. They render the [`super::state::PageState`] and
//! never call the server.

pub mod activity_log;
pub mod activity_log_entry;
pub mod attempts;
pub mod cancel_button;
pub mod complete;
pub mod connection_indicator;
pub mod copy_button;
pub mod correct_button;
pub mod download_log_button;
pub mod error;
pub mod fold_button;
pub mod found;
pub mod log_lines;
pub mod log_toolbar;
pub mod notify_button;
pub mod outcome_actions;
pub mod overall_progress;
pub mod phase_list;
pub mod phase_list_item;
pub mod replay_button;
pub mod retry_button;
pub mod server_lines;
pub mod shortcuts;
pub mod signed_out;
pub mod support_details;
pub mod symbol_list;
pub mod time_spent;
pub mod warnings;
