//! Reads single cells: numbers, dates, symbols, identifiers and option terms in the spellings that
//! brokers and spreadsheets use.
//!
//! A cell such as `1,250` or `3/4/2022` can mean two things. Its column decides which: first
//! [`number::decimal_mark`] or [`date::date_orders`] looks at all cells, then each cell is read by
//! the convention found.

pub(crate) mod cash;
pub(crate) mod date;
pub(crate) mod identifier;
pub(crate) mod number;
pub(crate) mod option_symbol;
pub(crate) mod renamed;
pub(crate) mod share_class;
pub(crate) mod symbol;
