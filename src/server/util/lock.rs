//! Locks the server's mutexes.
//!
//! All mutexes are from `std`, so no code may await while it holds a lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks the mutex, even a poisoned one: code that holds a lock keeps the data consistent at every
/// step, so a panic cannot leave it half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
