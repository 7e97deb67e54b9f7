//! Recognizes the spellings of share classes.

/// Returns the usual spelling of a share class with a point, such as `BRK.B` for `BRK-B`, `BRK/B`
/// or `BRK B`. Returns `None` if the symbol has no class or is spelled like that already.
///
/// A class is one letter behind a symbol of one to five letters. Endings of several letters, such
/// as `-WS` and `-USD`, are not classes.
pub fn usual_spelling(symbol: &str) -> Option<String> {
    let (company, class) = symbol.trim().split_once(['-', '/', ' '])?;
    let are_letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_class = (1..=5).contains(&company.len()) && are_letters(company) && class.len() == 1 && are_letters(class);
    is_class.then(|| format!("{company}.{class}").to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_share_classes_with_point() {
        for text in ["BRK-B", "BRK/B", "BRK B", "brk-b", " BRK-B "] {
            assert_eq!(usual_spelling(text).as_deref(), Some("BRK.B"), "{text}");
        }
        assert_eq!(usual_spelling("BF-B").as_deref(), Some("BF.B"));
    }

    #[test]
    fn leaves_symbols_without_class() {
        for text in
            ["BRK.B", "AAPL", "", "-", "-B", "BRK-", "BRK--B", "BRK-BB", "BTC-USD", "ABCDEF-B", "A1-B", "BRK-1", "É-B"]
        {
            assert_eq!(usual_spelling(text), None, "{text}");
        }
    }
}
