//! Handlers for browsers: pages, the upload form, the check page, the live page's polls, static
//! files and `security.txt`.

pub mod corrections;
pub mod files;
pub mod pages;
pub mod poll;
pub mod previews;
pub mod security_txt;
pub mod upload;
