//! The spellings of share classes. A portfolio has `BRK.B`, some sources have `BRK-B`.

/// Returns the usual spelling of a share class, with a period: `BRK.B` for `BRK-B`. Returns other
/// symbols as they are.
pub fn usual_spelling(symbol: &str) -> String {
    // The names of files cannot have a slash, so some have an underscore in its place.
    positions::usual_spelling(&symbol.replace('_', "-")).unwrap_or_else(|| symbol.to_owned())
}

#[cfg(test)]
mod tests {
    use super::usual_spelling;

    #[test]
    fn spells_classes_of_sources_with_point() {
        for symbol in ["BRK-B", "BRK/B", "BRK B", "BRK_B"] {
            assert_eq!(usual_spelling(symbol), "BRK.B");
        }
        for symbol in ["BRK.B", "AAPL", "BTC-USD", "ABCDEF-B", "A1-B", "BRK-1", "-B", "BRK-"] {
            assert_eq!(usual_spelling(symbol), symbol);
        }
    }
}
