//! The currencies that brokers' files name.

/// Codes of currencies. `GBX` is the penny of the pound, in which London quotes prices.
const CODES: [&str; 29] = [
    "USD", "EUR", "GBP", "GBX", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF",
    "RON", "TRY", "ILS", "ZAR", "INR", "CNY", "HKD", "SGD", "KRW", "TWD", "THB", "MXN", "BRL",
];

/// Other spellings, in upper case.
const SPELLINGS: [(&str, &str); 46] = [
    ("$", "USD"),
    ("US$", "USD"),
    ("$US", "USD"),
    ("U.S. DOLLAR", "USD"),
    ("U.S. DOLLARS", "USD"),
    ("US DOLLAR", "USD"),
    ("US DOLLARS", "USD"),
    ("US-DOLLAR", "USD"),
    ("UNITED STATES DOLLAR", "USD"),
    ("DOLLAR", "USD"),
    ("DOLLARS", "USD"),
    ("€", "EUR"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("£", "GBP"),
    ("POUND", "GBP"),
    ("POUNDS", "GBP"),
    ("POUND STERLING", "GBP"),
    ("POUNDS STERLING", "GBP"),
    ("BRITISH POUND", "GBP"),
    ("STERLING", "GBP"),
    ("PENCE", "GBX"),
    ("SFR", "CHF"),
    ("SFR.", "CHF"),
    ("FR.", "CHF"),
    ("SWISS FRANC", "CHF"),
    ("¥", "JPY"),
    ("JAPANESE YEN", "JPY"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("CDN$", "CAD"),
    ("CANADIAN DOLLAR", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("AUSTRALIAN DOLLAR", "AUD"),
    ("NZ$", "NZD"),
    ("SWEDISH KRONA", "SEK"),
    ("NORWEGIAN KRONE", "NOK"),
    ("DANISH KRONE", "DKK"),
    ("ZŁ", "PLN"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("₹", "INR"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
];

/// Returns the code of a currency that is written as its code, sign or name. A dollar without a
/// country is the US dollar, and `GBp` is the penny.
pub(crate) fn currency_code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text == "GBp" {
        return Some("GBX");
    }
    // Most cells are not currencies, and the longest name has 20 characters.
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    let upper = text.to_uppercase();
    let spelled = || SPELLINGS.iter().find(|(spelling, _)| *spelling == upper).map(|(_, code)| *code);
    CODES.into_iter().find(|code| *code == upper).or_else(spelled)
}
