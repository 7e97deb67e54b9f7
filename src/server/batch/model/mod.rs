//! Data that phases compute on. This module does not depend on any phase.
//!
//! | file | holds |
//! |---|---|
//! | `input.rs` | the positions, the cash and the factor set |
//! | `panel.rs` | prices on the benchmark's calendar |
//! | `prices.rs` | the daily prices that value a position |
//! | `shared.rs` | regressions of many symbols on the same factors |
//! | `skipped.rs` | reasons for leaving a position out |

pub mod input;
pub mod panel;
pub mod prices;
pub mod shared;
pub mod skipped;
