//! The data that the phases compute on. This module does not depend on any phase.
//!
//! | file | content |
//! |---|---|
//! | `entry_prices.rs` | entry prices that are taken from the market |
//! | `holdings.rs` | the positions as holdings of the ledger: trades, prices and dividends |
//! | `input.rs` | the positions, the cash and the factor set |
//! | `option_models.rs` | the model that prices options, with the data of each day |
//! | `panel.rs` | prices on the benchmark's calendar |
//! | `position_accounts.rs` | how many positions are analyzed, and why the others are left out |
//! | `prices.rs` | the daily prices at which a position is valued |
//! | `settlement.rs` | what an expired option is exchanged for, and when |
//! | `shared.rs` | regressions of many symbols on the same factors |
//! | `skipped.rs` | reasons why a phase skips a position |

pub mod entry_prices;
pub mod holdings;
pub mod input;
pub mod option_models;
pub mod panel;
pub mod position_accounts;
pub mod prices;
mod settlement;
pub mod shared;
pub mod skipped;
