//! Recognizes the spellings of share classes.

/// Returns the usual spelling of a share class with a point, such as `BRK.B` for `BRK-B`, `BRK/B`
/// or `BRK B`. Returns `None` if the symbol has no class or is spelled like that already.
pub(crate) fn usual_spelling(symbol: &str) -> Option<String> {
    let symbol = symbol.trim();
    let (company, class) = symbol.split_once(['-', '/', ' '])?;
    let is_company = (1..=5).contains(&company.len()) && company.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_class = class.len() == 1 && class.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_company && is_class).then(|| format!("{company}.{class}").to_ascii_uppercase())
}
