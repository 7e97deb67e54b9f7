//! The two files that ship with the product: the template to fill in, and the sample portfolio.
//!
//! The parser's tests check that both files are accepted, and that their trades match the bundled
//! prices.

/// Returns the template, which explains each column and has one example per kind of position.
pub fn template_csv() -> &'static str {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/template.csv"))
}

/// Returns the sample portfolio: 20 positions worth about a million dollars. Two of their symbols
/// are not in the bundled data.
pub fn sample_csv() -> &'static str {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/sample-portfolio.csv"))
}
