//! Passes data from a request handler, which loads it, to the page that the handler renders.

use std::sync::{Arc, Mutex};

use leptos::prelude::use_context;

use crate::server::util::lock::lock;

/// The data that a request handler loaded for a page. The page takes it out of the Leptos context
/// when it is rendered, which happens only once.
pub struct Loaded<T>(Arc<Mutex<Option<T>>>);

impl<T: Send + 'static> Loaded<T> {
    /// Wraps the data, so that the handler can put it into the Leptos context of the page.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Some(value))))
    }

    /// Takes the data out of the Leptos context. Returns `None` if no handler loaded any, for
    /// example at an unknown URL.
    pub fn take() -> Option<T> {
        lock(&use_context::<Self>()?.0).take()
    }
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
