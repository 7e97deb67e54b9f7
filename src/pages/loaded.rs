//! Passes the data that a request handler loaded to the page that the handler renders.

use std::sync::{Arc, Mutex};

use leptos::prelude::use_context;

use crate::server::util::lock::lock;

/// The data that a request handler loaded for a page. The page takes the data out of the Leptos
/// context when it is rendered, which happens once.
pub struct Loaded<T>(Arc<Mutex<Option<T>>>);

impl<T: Send + 'static> Loaded<T> {
    /// Wraps the data, so that it can be provided as Leptos context while one page is rendered.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Some(value))))
    }

    /// Takes the data out of the Leptos context. Returns `None` if no handler loaded data, for
    /// example at an unknown address.
    pub fn take() -> Option<T> {
        lock(&use_context::<Self>()?.0).take()
    }
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
