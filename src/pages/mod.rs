//! The pages of the application. Each page is a component that the server renders.
//!
//! Only the live page is hydrated in the browser. The other pages consist of forms, links and
//! tables, and work without scripts.

pub mod admin;
pub mod api_document;
pub mod check;
pub mod document;
pub mod format;
pub mod links;
mod loaded;
pub mod message;
pub mod progress;
mod qr_code;
pub mod results;
pub mod shared;
pub mod signed_out;
pub mod site;
pub mod sparkline;
mod state_words;
pub mod upload;

pub use check::CheckPage;
pub use loaded::Loaded;
pub use message::NotFoundPage;
pub use progress::ProgressPage;
pub use results::ResultsPage;
pub use site::Site;
pub use upload::UploadPage;
