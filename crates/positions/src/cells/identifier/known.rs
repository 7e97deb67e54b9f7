//! The identifiers of the symbols in the sample data and the sample portfolio.

/// Symbols with their ISIN and SEDOL. The SEDOL is empty where it is not known with certainty.
///
/// General Electric has two entries, because its reverse split of 2021 changed its identifiers.
pub(super) const KNOWN: [(&str, &str, &str); 28] = [
    ("AAPL", "US0378331005", "2046251"),
    ("AMD", "US0079031078", "2007849"),
    ("BAC", "US0605051046", "2295677"),
    ("BBY", "US0865161014", "2094670"),
    ("CVX", "US1667641005", "2838555"),
    ("GE", "US3696043013", "BL59CR9"),
    ("GE", "US3696041033", "2380498"),
    ("HD", "US4370761029", "2434209"),
    ("HZNP", "IE00BQPVQZ61", "BQPVQZ6"),
    ("JNJ", "US4781601046", "2475833"),
    ("JPM", "US46625H1005", "2190385"),
    ("KO", "US1912161007", "2206657"),
    ("LLY", "US5324571083", "2516152"),
    ("MRK", "US58933Y1055", "2778844"),
    ("MSFT", "US5949181045", "2588173"),
    ("MTUM", "US46432F3964", ""),
    ("PEP", "US7134481081", "2681511"),
    ("PFE", "US7170811035", "2684703"),
    ("PG", "US7427181091", "2704407"),
    ("QUAL", "US46432F3394", ""),
    ("RRC", "US75281A1097", "2523334"),
    ("SGEN", "US81181C1045", "2738127"),
    ("SIZE", "US46432F3709", ""),
    ("UNH", "US91324P1021", "2917766"),
    ("USMV", "US46429B6974", ""),
    ("VLUE", "US46432F3881", ""),
    ("WMT", "US9311421039", "2936921"),
    ("XOM", "US30231G1022", "2326618"),
];

/// Returns the symbol of an ISIN, CUSIP or SEDOL, if it is one of the sample's.
pub(crate) fn known_symbol(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_uppercase();
    if text.is_empty() {
        return None;
    }
    let is_one =
        |(_, isin, sedol): &&(&str, &str, &str)| text == *isin || text == *sedol || cusip(isin) == Some(text.as_str());
    KNOWN.iter().find(is_one).map(|(symbol, ..)| *symbol)
}

/// Returns the CUSIP inside an ISIN of the United States.
pub(super) fn cusip(isin: &str) -> Option<&str> {
    isin.strip_prefix("US")?.get(..9)
}
