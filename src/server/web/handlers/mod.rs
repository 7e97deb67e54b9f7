//! Handlers for browsers: pages, the upload form, the live page's polls, static files and
//! `security.txt`.

pub mod files;
pub mod pages;
pub mod poll;
pub mod security_txt;
pub mod upload;
