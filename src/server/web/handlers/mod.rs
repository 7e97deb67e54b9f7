//! Handlers for browsers: pages, the upload form, polls of the live page, static files and
//! `security.txt`.

pub mod files;
pub mod pages;
pub mod poll;
pub mod security_txt;
pub mod upload;
