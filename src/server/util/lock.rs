//! How every mutex of the server is taken.
//!
//! They are std mutexes: nothing awaits under them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes the lock. A poisoned one still holds a whole state: what is done under a lock leaves it whole at every step.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
