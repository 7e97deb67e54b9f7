//! The two files we ship: the template to fill in, and the portfolio of *Try a sample portfolio*.
//!
//! Only their text. That both are accepted, and agree with the bundled prices, is tested beside the
//! parser.

/// The template: what each column means, with one example of each kind of position.
pub fn template_csv() -> &'static str {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/template.csv"))
}

/// The sample portfolio: 20 positions of about a million dollars, two of them in symbols that the
/// bundled data does not have.
pub fn sample_csv() -> &'static str {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/sample-portfolio.csv"))
}
