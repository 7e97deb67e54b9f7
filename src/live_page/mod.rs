//! The live page of one setup: running, complete or failed, with phases and log in the same place throughout.
//!
//! The server renders the whole page, and the browser continues from the status in it, so nothing
//! waits for a request and no suspense boundary can hang. The log's lines exist as HTML only.
//!
//! | file | holds |
//! |---|---|
//! | `island.rs` | the island: the one thing that comes to life in the browser |
//! | `view.rs`, `components/` | what it shows |
//! | `state.rs`, `log_view.rs` | its state in signals; how the reader wants to see the log |
//! | `data.rs` | what the server gives it |
//! | `poll.rs`, `announce.rs` | when to ask again; what a screen reader is told |
//! | `server_fn.rs`, `poll_error.rs` | the server function that it polls; why a poll failed |
//! | `browser/` | what only a browser can do |

pub mod announce;
pub mod browser;
pub mod components;
pub mod data;
mod island;
pub mod log_view;
pub mod poll;
pub mod poll_error;
pub mod server_fn;
pub mod state;
mod view;

pub use data::{DATA_ELEMENT, PageData};
pub use island::LivePage;
