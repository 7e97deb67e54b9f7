//! Tests the formulas against reference values and with hostile inputs.

mod golden;
mod golden_inputs;
mod golden_portfolio;
mod golden_reference;
mod hostile_inputs;
