//! Locks the server's mutexes.
//!
//! The mutexes come from `std`, so code must not await while it holds a lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, even if it is poisoned. Code that holds a lock keeps the data consistent at every
/// step, so a panic cannot leave the data half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
