//! Test doubles that do not need the application, so its own unit tests can use them too.
//!
//! | module | holds | feature |
//! |---|---|---|
//! | `fuzz_seeds` | the inputs in `fuzz/seeds` | |
//! | `fake_provider` | a price provider on a real socket | `provider` |
//! | `many` | prices and positions of many symbols | `symbols` |
//! | `tokens` | tokens and keys as an issuer makes them | `tokens` |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]

#[cfg(feature = "provider")]
pub mod fake_provider;
pub mod fuzz_seeds;
#[cfg(feature = "symbols")]
pub mod many;
#[cfg(feature = "tokens")]
pub mod tokens;
