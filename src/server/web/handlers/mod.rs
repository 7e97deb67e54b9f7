//! Handlers for browsers: pages, the upload form, the check page, the live page's polls, read-only
//! links, the support page, static files and `security.txt`.

pub mod admin;
pub mod corrections;
pub mod files;
pub mod links;
pub mod pages;
pub mod poll;
pub mod portfolios;
pub mod previews;
pub mod security_txt;
pub mod shared;
pub mod upload;
