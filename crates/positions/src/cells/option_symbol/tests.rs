use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::position::SHARES_PER_CONTRACT;

fn terms(underlying: &str, date: (i32, u32, u32), strike: f64, kind: OptionKind) -> DraftOption {
    let expiration = NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap();
    DraftOption { underlying: underlying.to_owned(), strike, expiration, kind, multiplier: SHARES_PER_CONTRACT }
}

#[test]
fn reads_every_common_spelling() {
    use OptionKind::{Call, Put};
    let aapl = terms("AAPL", (2023, 1, 20), 150.0, Call);
    for text in [
        "AAPL230120C00150000",
        "AAPL  230120C00150000",
        "aapl230120c00150000",
        "AAPL230120C150",
        ".AAPL230120C150",
        "-AAPL230120C150",
        " -AAPL230120C150.00",
        "AAPL--230120C00150000",
        "AAPL_012023C150",
        "O:AAPL230120C00150000",
        "AAPL 230120 C 150",
        "AAPL 01/20/2023 150.00 C",
        "AAPL 1/20/2023 Call $150.00",
        "AAPL 1/20/23 $150 CALL",
        "AAPL Jan 20 '23 $150 Call",
        "AAPL Jan 20 2023 150 Call",
        "AAPL Jan 20, 2023 $150.00 Call",
        "AAPL Jan20'23 150 CALL",
        "AAPL 20JAN23 150 C",
        "AAPL 20 JAN 23 150 C",
        "AAPL JAN-20-2023 150 C",
        "AAPL 2023-01-20 150 CALL",
        "AAPL 20/01/2023 150 C",
        "AAPL $150 CALL 01/20/23",
        "AAPL 150C 01/20/2023",
        "AAPL 01/20/2023 C150",
        "AAPL 230120 150.00C",
        "YOU BOUGHT OPENING TRANSACTION CALL (AAPL) APPLE INC JAN 20 23 $150 (100 SHS) (Cash)",
        "AAPL CALL 150 EXP 01/20/2023",
        "CALL AAPL 01/20/23 150.00 APPLE INC",
        "CALL (AAPL) APPLE INC JAN 20 23 $150 (100 SHS)",
        "Option Expiration for AAPL 1/20/2023 Call $150.00",
    ] {
        assert_eq!(option_terms(text), Some(aapl.clone()), "{text}");
    }
    for (text, option) in [
        ("-AAPL230120P130", terms("AAPL", (2023, 1, 20), 130.0, Put)),
        (".AAPL230120C132.5", terms("AAPL", (2023, 1, 20), 132.5, Call)),
        ("AAPL--200619C00320000", terms("AAPL", (2020, 6, 19), 320.0, Call)),
        ("-SPX230120C4000", terms("SPX", (2023, 1, 20), 4000.0, Call)),
        ("RRC220415C00032500", terms("RRC", (2022, 4, 15), 32.5, Call)),
        ("ASPI251017C00009000", terms("ASPI", (2025, 10, 17), 9.0, Call)),
        ("SPXW230120P03999500", terms("SPXW", (2023, 1, 20), 3999.5, Put)),
        ("MSFT 16JUN23 250 C", terms("MSFT", (2023, 6, 16), 250.0, Call)),
        ("AMD 20JAN23 60 P", terms("AMD", (2023, 1, 20), 60.0, Put)),
        ("SPY 03/31/2020 284.00 P", terms("SPY", (2020, 3, 31), 284.0, Put)),
        ("XOM 12/16/2022 Call $115.00", terms("XOM", (2022, 12, 16), 115.0, Call)),
        ("CALL ZZZ 06/20/25 50.00 ZZZ INC", terms("ZZZ", (2025, 6, 20), 50.0, Call)),
        ("SPX 01/20/2023 $4,150.00 Put", terms("SPX", (2023, 1, 20), 4150.0, Put)),
        ("BRKB230120C00300000", terms("BRK.B", (2023, 1, 20), 300.0, Call)),
        ("BRK/B 01/20/2023 300 C", terms("BRK.B", (2023, 1, 20), 300.0, Call)),
        ("BRK B 01/20/2023 300 C", terms("BRK.B", (2023, 1, 20), 300.0, Call)),
        ("C 01/20/2023 50 C", terms("C", (2023, 1, 20), 50.0, Call)),
        ("MAR Jan 20 2023 150 Call", terms("MAR", (2023, 1, 20), 150.0, Call)),
    ] {
        assert_eq!(option_terms(text), Some(option), "{text}");
    }
}

#[test]
fn reads_shares_per_contract() {
    let text = "CALL (AAPL) APPLE INC JAN 20 23 $150 (10 SHS)";
    assert_eq!(option_terms(text).map(|option| option.multiplier), Some(10.0));
}

#[test]
fn takes_symbol_from_another_cell() {
    use OptionKind::{Call, Put};
    let apple = terms("AAPL", (2023, 1, 20), 150.0, Call);
    for text in [
        "CALL APPLE INC $150 EXP 01/20/23",
        "CALL APPLE INC                $150     EXP 01/20/23",
        "APPLE INC JAN 20 2023 $150 CALL",
        "AAPL 1/20/2023 Call $150.00",
        "CALL APPLE 01/20/23 150.00 APPLE INC",
    ] {
        assert_eq!(option_terms_for("aapl", text), Some(apple.clone()), "{text}");
    }
    let amd = terms("AMD", (2023, 1, 20), 60.0, Put);
    assert_eq!(option_terms_for("AMD", "PUT ADVANCED MICRO DEVIC$60 EXP 01/20/23"), Some(amd));
    for (symbol, text) in [
        ("AAPL", "APPLE INC"),
        ("AAPL", "CALL APPLE INC $150"),
        ("AAPL", "CALL APPLE INC EXP 01/20/23"),
        ("AAPL", "APPLE INC $150 EXP 01/20/23"),
        ("AAPL", "CALL APPLE INC $150 $160 EXP 01/20/23"),
        ("AAPL", "CALL PUT APPLE INC $150 EXP 01/20/23"),
        ("", "CALL APPLE INC $150 EXP 01/20/23"),
        ("AAPL1", "CALL APPLE INC $150 EXP 01/20/23"),
    ] {
        assert_eq!(option_terms_for(symbol, text), None, "{symbol}, {text}");
    }
}

#[test]
fn leaves_tickers_and_words_alone() {
    for text in [
        "",
        "AAPL",
        "C",
        "P",
        "CALL",
        "PUT",
        "BRK.B",
        "SPAXX**",
        "US0378331005",
        "AAPL 150 C",
        "AAPL 01/20/2023",
        "AAPL 01/20/2023 C",
        "AAPL Jan 2023 150 Call",
        "AAPL Jan 20 150 Call",
        "AAPL230120C",
        "AAPL230120C0",
        "AAPL230120C00000000",
        "AAPL230120X00150000",
        "AAPL231320C00150000",
        "AAPL2301201C00150000",
        "AAPL230120C150.1234",
        "RRC220415C32500",
        "AAPL230120C001500000",
        "ABCDEFG230120C00150000",
        "AAPL1230120C00150000",
        "AAPL1 230120C00150000",
        "AAPL1 01/20/2023 150 C",
        "230120C00150000",
        "AAPL 01/20/2023 150.00 C / 160.00 C",
        "AAPL 01/20/2023 150 160 C",
        "CALL AAPL 01/20/23 150.00 CALL AAPL 01/20/23 160.00",
        "CALL APPLE INC $150 EXP 01/20/23",
        "CALL OF DUTY 2",
        "Cash Div: R/D 2022-09-16 P/D 2022-10-03 - 20 shares at 0.44",
        "SCAL20221219P123",
        "Positions Total",
        "É230120C00150000",
    ] {
        assert_eq!(option_terms(text), None, "{text}");
    }
    assert_eq!(option_terms(&"AAPL 01/20/2023 150 C ".repeat(100)), None);
}

#[test]
fn recognizes_adjusted_options() {
    for text in ["AAPL1230120C00150000", "AAPL1 230120C00150000", "AAPL7 01/20/2023 150 C"] {
        assert!(is_adjusted_option(text), "{text}");
    }
    for text in ["AAPL230120C00150000", "AAPL 01/20/2023 150 C", "AAPL", "AAPL1", "", "1", "US0378331005"] {
        assert!(!is_adjusted_option(text), "{text}");
    }
}

#[test]
fn writes_occ_symbols() {
    use OptionKind::{Call, Put};
    for (option, symbol) in [
        (terms("AAPL", (2023, 1, 20), 150.0, Call), Some("AAPL230120C00150000")),
        (terms("RRC", (2022, 4, 15), 32.5, Call), Some("RRC220415C00032500")),
        (terms("BRK.B", (2023, 1, 20), 0.001, Put), Some("BRKB230120P00000001")),
        (terms("ABCDEF", (2099, 12, 31), 99_999.999, Put), Some("ABCDEF991231P99999999")),
        (terms("AAPL", (1999, 1, 20), 150.0, Call), None),
        (terms("AAPL", (2023, 1, 20), 100_000.0, Call), None),
        (terms("AAPL", (2023, 1, 20), 1.0005, Call), None),
        (terms("AAPL", (2023, 1, 20), f64::NAN, Call), None),
        (terms("ABCDEFG", (2023, 1, 20), 150.0, Call), None),
        (terms("", (2023, 1, 20), 150.0, Call), None),
    ] {
        assert_eq!(occ_symbol(&option).as_deref(), symbol, "{option:?}");
    }
}

const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Writes an option in one of many spellings.
fn spelled(option: &DraftOption, spelling: usize) -> String {
    let (root, strike, date) = (&option.underlying, option.strike, option.expiration);
    let (y, m, d) = (date.year(), date.month(), date.day());
    let (short, name, occ) = (y % 100, NAMES[m as usize - 1], occ_symbol(option).unwrap());
    let (letter, word) = if option.kind == OptionKind::Call { ("C", "Call") } else { ("P", "Put") };
    match spelling {
        0 => occ,
        1 => format!("{root:<6}{}", &occ[root.len()..]),
        2 => format!("-{root}{short:02}{m:02}{d:02}{letter}{strike}"),
        3 => format!("{root}--{}", &occ[root.len()..]),
        4 => format!(".{root}{short:02}{m:02}{d:02}{letter}{strike}"),
        5 => format!("{root}_{m:02}{d:02}{short:02}{letter}{strike}"),
        6 => format!("{root} {m:02}/{d:02}/{y} {strike:.3} {letter}"),
        7 => format!("{root} {m}/{d}/{y} {word} ${strike:.3}"),
        8 => format!("{root} {name} {d} '{short:02} ${strike} {word}"),
        9 => format!("{root} {name} {d} {y} {strike} {word}"),
        10 => format!("{root} {d:02}{}{short:02} {strike} {letter}", name.to_uppercase()),
        11 => format!("{} {root} {m:02}/{d:02}/{short:02} {strike:.3} {root} INC", word.to_uppercase()),
        12 => format!("{word} ({root}) {root} CORP {name} {d} {short:02} ${strike} (100 SHS)"),
        13 => format!("{root} {y}-{m:02}-{d:02} {strike} {word}"),
        14 => format!("{root} ${strike} {word} {m:02}/{d:02}/{short:02}"),
        _ => format!("{root} {d} {name} {short:02} {strike}{letter}"),
    }
}

proptest! {
    #[test]
    fn reads_back_options_of_any_spelling(
        root in "[A-Z]{1,6}",
        thousandths in 1_u32..100_000_000,
        days in 0_i64..25_000,
        is_call in any::<bool>(),
        spelling in 0..16_usize,
    ) {
        prop_assume!(!["CALL", "CALLS", "PUT", "PUTS"].contains(&root.as_str()));
        let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        let option = DraftOption {
            underlying: root,
            strike: f64::from(thousandths) / 1000.0,
            expiration: first + chrono::TimeDelta::days(days),
            kind: if is_call { OptionKind::Call } else { OptionKind::Put },
            multiplier: SHARES_PER_CONTRACT,
        };
        let text = spelled(&option, spelling);
        prop_assert_eq!(option_terms(&text), Some(option), "{}", text);
    }

    #[test]
    fn takes_no_words_for_options(text in "[A-Z]{1,6}([ ./-][A-Z]{1,6}){0,4}( [0-9]{1,6})?") {
        prop_assert_eq!(option_terms(&text), None);
    }

    #[test]
    fn never_panics_on_options(text in "(\\PC|[A-Z0-9 $./'-]|CALL | 01/20/23 |230120C){0,24}") {
        if let Some(option) = option_terms(&text).or_else(|| option_terms_for("AAPL", &text)) {
            prop_assert!(option.strike > 0.0 && option.multiplier > 0.0 && !option.underlying.is_empty());
            if let Some(symbol) = occ_symbol(&option) {
                prop_assert_eq!(option_terms(&symbol).map(|read| read.strike), Some(option.strike));
            }
        }
    }
}
