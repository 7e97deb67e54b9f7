//! What phases compute on. Knows no phase, and not which of them reads what.
//!
//! | file | holds |
//! |---|---|
//! | `input.rs` | the positions, the cash and the factor set |
//! | `panel.rs` | prices on the benchmark's calendar |
//! | `prices.rs` | what values a position day by day |
//! | `shared.rs` | regressions of many symbols on the same factors |
//! | `skipped.rs` | why a position is left out |

pub mod input;
pub mod panel;
pub mod prices;
pub mod shared;
pub mod skipped;
