//! Companies that changed their symbol, and companies that are no longer traded.
//!
//! Each list is in the order of its symbols. A renaming belongs here only if the number of shares
//! stayed the same. Symbols that another company uses today, such as `BBT`, are left out.

/// A change of symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renaming {
    pub from: &'static str,
    /// The symbol today.
    pub to: &'static str,
    pub company: &'static str,
    /// The year in which the symbol changed.
    pub year: i32,
}

/// The end of trading of a symbol, because the company was bought or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delisting {
    pub symbol: &'static str,
    pub company: &'static str,
    /// The year in which trading ended.
    pub year: i32,
}

const fn renaming(from: &'static str, to: &'static str, company: &'static str, year: i32) -> Renaming {
    Renaming { from, to, company, year }
}

const fn delisting(symbol: &'static str, company: &'static str, year: i32) -> Delisting {
    Delisting { symbol, company, year }
}

const RENAMED: [Renaming; 24] = [
    renaming("ABC", "COR", "Cencora", 2023),
    renaming("ADS", "BFH", "Bread Financial", 2022),
    renaming("ANTM", "ELV", "Elevance Health", 2022),
    renaming("BLL", "BALL", "Ball", 2022),
    renaming("COG", "CTRA", "Coterra Energy", 2021),
    renaming("COH", "TPR", "Tapestry", 2017),
    renaming("CTL", "LUMN", "Lumen Technologies", 2020),
    renaming("DISCA", "WBD", "Warner Bros. Discovery", 2022),
    renaming("FB", "META", "Meta Platforms", 2022),
    renaming("FLT", "CPAY", "Corpay", 2024),
    renaming("GPS", "GAP", "Gap", 2024),
    renaming("HRS", "LHX", "L3Harris Technologies", 2019),
    renaming("JEC", "J", "Jacobs", 2019),
    renaming("KORS", "CPRI", "Capri Holdings", 2019),
    renaming("NLOK", "GEN", "Gen Digital", 2022),
    renaming("PCLN", "BKNG", "Booking Holdings", 2018),
    renaming("PEAK", "DOC", "Healthpeak Properties", 2024),
    renaming("PKI", "RVTY", "Revvity", 2023),
    renaming("SQ", "XYZ", "Block", 2025),
    renaming("SYMC", "GEN", "Gen Digital", 2019),
    renaming("TMK", "GL", "Globe Life", 2019),
    renaming("TOT", "TTE", "TotalEnergies", 2021),
    renaming("UTX", "RTX", "RTX", 2020),
    renaming("WLTW", "WTW", "Willis Towers Watson", 2022),
];

/// The companies of the sample portfolio that are no longer traded are not listed: the setup
/// reports them itself.
const DELISTED: [Delisting; 24] = [
    delisting("ABMD", "Abiomed", 2022),
    delisting("AGN", "Allergan", 2020),
    delisting("ALXN", "Alexion Pharmaceuticals", 2021),
    delisting("ATVI", "Activision Blizzard", 2023),
    delisting("CELG", "Celgene", 2019),
    delisting("CERN", "Cerner", 2022),
    delisting("CTXS", "Citrix Systems", 2022),
    delisting("CXO", "Concho Resources", 2021),
    delisting("DFS", "Discover Financial Services", 2025),
    delisting("ETFC", "E*TRADE Financial", 2020),
    delisting("FRC", "First Republic Bank", 2023),
    delisting("HES", "Hess", 2025),
    delisting("KSU", "Kansas City Southern", 2021),
    delisting("MRO", "Marathon Oil", 2024),
    delisting("MXIM", "Maxim Integrated", 2021),
    delisting("NLSN", "Nielsen", 2022),
    delisting("PXD", "Pioneer Natural Resources", 2024),
    delisting("RHT", "Red Hat", 2019),
    delisting("SIVB", "SVB Financial", 2023),
    delisting("SPLK", "Splunk", 2024),
    delisting("TIF", "Tiffany", 2021),
    delisting("TWTR", "Twitter", 2022),
    delisting("VMW", "VMware", 2023),
    delisting("XLNX", "Xilinx", 2022),
];

/// Returns the change of a symbol, which has to be in upper case.
pub(crate) fn renamed(symbol: &str) -> Option<Renaming> {
    RENAMED.into_iter().find(|renaming| renaming.from == symbol)
}

/// Returns the end of trading of a symbol, which has to be in upper case.
pub(crate) fn delisted(symbol: &str) -> Option<Delisting> {
    DELISTED.into_iter().find(|delisting| delisting.symbol == symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_renamed_and_delisted_companies() {
        assert_eq!(renamed("FB").map(|renaming| (renaming.to, renaming.year)), Some(("META", 2022)));
        assert_eq!(delisted("TWTR").map(|delisting| delisting.year), Some(2022));
        assert_eq!((renamed("META"), renamed(""), delisted("AAPL")), (None, None, None));
    }

    #[test]
    fn leads_to_symbols_in_use() {
        for renaming in RENAMED {
            assert_eq!((renamed(renaming.to), delisted(renaming.to)), (None, None), "{}", renaming.to);
        }
    }

    #[test]
    fn says_nothing_about_sample_symbols() {
        let symbols = crate::sample_csv().lines().filter_map(|line| line.split(',').next());
        for symbol in symbols {
            assert_eq!((renamed(symbol), delisted(symbol)), (None, None), "{symbol}");
        }
    }
}
