//! Pages that the server renders whole. Only the live page comes to life in the browser; the others are forms,
//! links and tables, which no script has to bring to life.

pub mod api;
pub mod format;
pub mod live;
pub mod message;
pub mod results;
mod shell;
pub mod signed_out;
pub mod site;
pub mod upload;
mod upload_form;

use leptos::{
    nonce::{provide_nonce, use_nonce},
    prelude::*,
};

pub use site::Site;

/// A rendered page and the nonce of its script.
#[derive(Debug)]
pub struct Page {
    /// The document.
    pub html: String,
    /// What its script is allowed by.
    pub nonce: String,
    /// Whom else its scripts may speak to.
    pub partners: Vec<String>,
}

/// Renders a document. Nothing in it waits, so it is rendered in one go.
fn render<V: IntoView>(site: &Site, document: impl FnOnce() -> V) -> Page {
    let owner = Owner::new_root(None);
    owner.with(|| {
        provide_nonce();
        let html = document().into_view().to_html();
        Page {
            html: format!("<!DOCTYPE html>{html}"),
            nonce: use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default(),
            partners: site.clerk.as_ref().map(|clerk| clerk.origins.clone()).unwrap_or_default(),
        }
    })
}
