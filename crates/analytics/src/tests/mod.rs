//! Formulas against reference values and hostile input.

mod golden;
mod golden_inputs;
mod golden_portfolio;
mod golden_reference;
mod hostile_inputs;
