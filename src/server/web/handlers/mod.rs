//! Handlers of what people open in a browser: pages, the upload form, files.

pub mod files;
pub mod pages;
pub mod poll;
pub mod security_txt;
pub mod upload;
