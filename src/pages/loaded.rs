//! Passes the data that a handler loaded to its page.

use std::sync::{Arc, Mutex};

use leptos::prelude::use_context;

use crate::server::util::lock::lock;

/// The data that a handler loaded for a page. The page takes it out of the context when it is
/// rendered, which happens once.
pub struct Loaded<T>(Arc<Mutex<Option<T>>>);

impl<T: Send + 'static> Loaded<T> {
    /// Wraps the data, to be provided as context for one page.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Some(value))))
    }

    /// Takes the data; `None` if no handler loaded any, for example at an unknown address.
    pub fn take() -> Option<T> {
        lock(&use_context::<Self>()?.0).take()
    }
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
