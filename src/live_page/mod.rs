//! The live page of a run, whether it is running, complete or failed. The phase list and the
//! activity log stay in the same place throughout.
//!
//! The server renders the whole page, and the browser continues from the status embedded in it.
//! Nothing on the page waits for a request before it is shown, so there are no suspense boundaries
//! that could hang. The log lines that the server rendered exist only as HTML.
//!
//! | file | contains |
//! |---|---|
//! | `island.rs` | the island, the part of the page that the browser hydrates |
//! | `view.rs`, `components/` | the HTML of the page |
//! | `state.rs`, `log_view.rs` | the state as signals; the user's view settings for the log |
//! | `log_search.rs`, `log_labels.rs` | the search of the log; sentences about its lines |
//! | `reader.rs` | the words for the owner, and for other readers |
//! | `html.rs` | HTML as strings, for parts that do not change |
//! | `data.rs` | the data that the server renders the page from |
//! | `poll.rs`, `announce.rs` | poll intervals and connection states; screen reader announcements |
//! | `server_fn.rs`, `poll_error.rs` | the server function that the page polls; its errors |
//! | `browser/` | code that needs browser APIs |

pub mod announce;
pub mod browser;
pub mod components;
pub mod data;
pub mod html;
mod island;
pub mod log_labels;
pub mod log_search;
pub mod log_view;
pub mod poll;
pub mod poll_error;
pub mod reader;
pub mod server_fn;
pub mod state;
mod view;

pub use data::{DATA_ELEMENT, PageData};
pub use island::LivePage;
