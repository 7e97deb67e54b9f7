//! Recognizes cash, money market funds and currencies.

/// Returns whether a row is cash. `symbol`, `description` and `kind` are its cells; each may be
/// empty.
pub(crate) fn is_cash(symbol: &str, description: &str, kind: &str) -> bool {
    let symbol = symbol.trim().trim_end_matches('*').to_uppercase();
    let (description, kind) = (description.trim().to_uppercase(), kind.trim().to_uppercase());
    let has_cash_words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "CASH");
    if is_money_market(&symbol) || kind.contains("MONEY MARKET") || kind.contains("CASH EQUIVALENT") {
        return true;
    }
    let is_ticker = (1..=5).contains(&symbol.len()) && symbol.bytes().all(|byte| byte.is_ascii_alphabetic());
    if symbol == "CASH" || currency_code(&symbol).is_some() {
        return description.is_empty() || has_cash_words(&description) || has_cash_words(&kind);
    }
    if has_cash_words(&symbol) {
        return true;
    }
    !is_ticker && symbol.is_empty() && (description.starts_with("CASH") || description.contains("MONEY MARKET"))
}

fn is_money_market(symbol: &str) -> bool {
    symbol.len() == 5 && symbol.ends_with("XX") && symbol.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Returns the code of a currency that is written as its code, its sign or its name.
pub(crate) fn currency_code(text: &str) -> Option<&'static str> {
    const CODES: [&str; 14] =
        ["USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "HKD", "SGD", "INR"];
    match text.trim() {
        "$" | "US$" | "$US" => Some("USD"),
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "¥" => Some("JPY"),
        "₹" => Some("INR"),
        "p" | "GBp" | "GBX" | "GBx" => Some("GBX"),
        "C$" | "CA$" => Some("CAD"),
        text => CODES.into_iter().find(|code| text.eq_ignore_ascii_case(code)),
    }
}
