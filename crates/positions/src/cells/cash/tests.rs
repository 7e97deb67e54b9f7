use super::*;

#[test]
fn recognizes_cash_in_brokers_words() {
    for (symbol, description, kind) in [
        ("CASH", "", ""),
        ("USD", "", ""),
        ("EUR", "Euro", ""),
        ("Cash & Cash Investments", "--", "Cash and Money Market"),
        ("SPAXX**", "HELD IN MONEY MARKET", ""),
        ("FDRXX", "", ""),
        ("VMFXX", "VANGUARD FEDERAL MONEY MARKET INVESTOR CL", ""),
        ("SWVXX", "", "Mutual Fund"),
        ("FCASH**", "", "Cash"),
        ("CUR:USD", "", ""),
        ("USD", "US Dollar", ""),
        ("CASH", "Cash balance", ""),
        ("NOK", "Cash", ""),
        ("", "Cash", ""),
        ("", "BANK DEPOSIT SWEEP PROGRAM", ""),
        ("--", "--", "Cash"),
        ("US DOLLAR", "", ""),
        ("$CASH", "", ""),
        ("USD CASH", "", ""),
        ("ABCD", "", "Cash Equivalents"),
    ] {
        assert!(is_cash(symbol, description, kind), "{symbol}, {description}, {kind}");
    }
}

#[test]
fn keeps_securities_that_mention_cash() {
    for (symbol, description, kind) in [
        ("KO", "Cash Div: R/D 2022-09-16 P/D 2022-10-03 - 20 shares at 0.44", "CDIV"),
        ("AAPL", "APPLE INC", "Cash"),
        ("JNJ", "JOHNSON & JOHNSON", "CASH"),
        ("CASH", "PATHWARD FINANCIAL INC", ""),
        ("CASH", "META FINL GROUP INC", "Equity"),
        ("USD", "PROSHARES ULTRA SEMICONDUCTORS", "ETF"),
        ("NOK", "", ""),
        ("HKD", "AMTD DIGITAL INC", ""),
        ("CASY", "CASEYS GEN STORES", ""),
        ("", "CASHMERE VALLEY BANK", ""),
        ("", "Cash dividend", ""),
        ("", "", ""),
        ("SAVE", "", ""),
        ("BRK/B", "BERKSHIRE HATHAWAY", ""),
        ("XX", "", ""),
        ("AAPL 01/20/2023 150.00 C", "CALL APPLE INC $150 EXP 01/20/23", "Option"),
    ] {
        assert!(!is_cash(symbol, description, kind), "{symbol}, {description}, {kind}");
    }
}

#[test]
fn reads_codes_signs_and_names_of_currencies() {
    for (text, code) in [
        ("USD", "USD"),
        ("usd", "USD"),
        ("$", "USD"),
        ("U.S. Dollar", "USD"),
        (" EUR ", "EUR"),
        ("€", "EUR"),
        ("GBp", "GBX"),
        ("GBP", "GBP"),
        ("Pence", "GBX"),
        ("zł", "PLN"),
    ] {
        assert_eq!(currency_code(text), Some(code), "{text}");
    }
    for text in ["", "US", "AAPL", "ALL", "1", "p", "Fr"] {
        assert_eq!(currency_code(text), None, "{text}");
    }
}
