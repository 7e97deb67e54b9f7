//! Test doubles that do not depend on the application, so that its unit tests can use them as well.
//!
//! | module | holds | feature |
//! |---|---|---|
//! | `fuzz_seeds` | the seed inputs in `fuzz/seeds` | |
//! | `fake_provider` | a fake price provider on a real socket | `provider` |
//! | `many` | prices and positions of many symbols | `symbols` |
//! | `tokens` | valid and invalid session tokens, and their keys | `tokens` |
//! | `workbooks` | small workbooks, `.xlsx` and `.ods` | `workbooks` |

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
#[cfg(feature = "workbooks")]
pub mod workbooks;
