//! The spellings of share classes. A portfolio has `BRK.B`, some sources have `BRK-B`.

/// Returns the usual spelling of a share class, with a period: `BRK.B` for `BRK-B`. Returns `None`
/// if the symbol is spelled like that already or has no class.
///
/// A class is one letter behind a symbol of one to five letters. Endings of several letters, such
/// as `-WS` and `-USD`, are not classes.
pub fn usual_spelling(symbol: &str) -> Option<String> {
    let (company, class) = symbol.split_once(['-', '/', ' ', '_'])?;
    let are_letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_class = (1..=5).contains(&company.len()) && class.len() == 1 && are_letters(company) && are_letters(class);
    is_class.then(|| format!("{company}.{class}"))
}

#[cfg(test)]
mod tests {
    use super::usual_spelling;

    #[test]
    fn spells_classes_of_sources_with_point() {
        for symbol in ["BRK-B", "BRK/B", "BRK B", "BRK_B"] {
            assert_eq!(usual_spelling(symbol).as_deref(), Some("BRK.B"), "{symbol}");
        }
        for symbol in ["BRK.B", "AAPL", "BTC-USD", "ABCDEF-B", "A1-B", "BRK-1", "-B", "BRK-"] {
            assert_eq!(usual_spelling(symbol), None, "{symbol}");
        }
    }
}
