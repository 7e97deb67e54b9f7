//! Property tests of the parser with generated input.

use chrono::Days;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::{
    cells::{
        cash::is_cash, date::looks_like_date, identifier::identifier, number::is_absent, option_symbol::option_terms,
        share_class::usual_spelling, symbol::clean_symbol,
    },
    recognize::{is_pending, is_total},
};

fn date() -> impl Strategy<Value = NaiveDate> {
    (0..1000_u64).prop_map(|days| day("2020-01-02") + Days::new(days))
}

/// Generates symbols that mean nothing else, such as cash, a share class or an option.
fn symbol() -> impl Strategy<Value = String> {
    // The middle part of the regular expression ensures that every symbol has a letter or digit.
    "[A-Z0-9._-]{0,9}[A-Z0-9][A-Z0-9._-]{0,10}".prop_filter("has another meaning", |symbol| {
        !is_cash(symbol, "", "")
            && !is_absent(symbol)
            && !looks_like_date(symbol)
            && !is_total(symbol)
            && !is_pending(symbol)
            && identifier(symbol).is_none()
            && option_terms(symbol).is_none()
            && usual_spelling(symbol).is_none()
            && clean_symbol(symbol).as_ref() == Ok(symbol)
    })
}

/// Generates prices above zero with up to four decimals.
fn price() -> impl Strategy<Value = f64> {
    (1..10_000_000_u32).prop_map(|units| f64::from(units) / 10_000.0)
}

/// Generates positive and negative quantities with up to six decimals, but never zero.
fn quantity() -> impl Strategy<Value = f64> {
    (1..2_000_000_000_i32, any::<bool>())
        .prop_map(|(millionths, short)| f64::from(if short { -millionths } else { millionths }) / 1e6)
}

fn class() -> impl Strategy<Value = InvestmentClass> {
    let kind = prop_oneof![Just(OptionKind::Call), Just(OptionKind::Put)];
    let contract =
        (symbol(), price(), 1000..2000_u64, kind).prop_map(|(underlying, strike, days, kind)| OptionContract {
            underlying,
            strike,
            expiration: day("2020-01-02") + Days::new(days),
            kind,
            multiplier: SHARES_PER_CONTRACT,
        });
    prop_oneof![
        Just(InvestmentClass::Public),
        Just(InvestmentClass::Private),
        contract.prop_map(InvestmentClass::Options),
    ]
}

fn position() -> impl Strategy<Value = Position> {
    let exit = option::of((0..500_u64, price()));
    let subtype = option::of("[a-z,\"#é]{1,3}[ \n]?[a-z,\"#é]{1,3}");
    (symbol(), quantity(), price(), date(), class(), subtype, exit).prop_map(
        |(symbol, quantity, entry_price, entry_date, class, subtype, exit)| Position {
            symbol,
            quantity,
            entry_price,
            price_source: EntryPriceSource::Stated,
            entry_date,
            class,
            // The reader drops line breaks from labels, because line breaks cannot be shown, and
            // takes a label such as "na" for none.
            subtype: subtype.map(|label| label.replace('\n', "")).filter(|label| !is_absent(label)),
            exit: exit.map(|(days, price)| Exit { date: entry_date + Days::new(days), price }),
        },
    )
}

/// Writes positions as a CSV file, using the writer of the `csv` crate.
fn rendered(positions: &[Position]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER.split(',').chain(["Investment Subtype"])).unwrap();
    for position in positions {
        let (class, terms) = match &position.class {
            InvestmentClass::Public => ("PUBLIC", Default::default()),
            InvestmentClass::Private => ("PRIVATE", Default::default()),
            InvestmentClass::Options(o) => {
                let kind = if o.kind == OptionKind::Call { "CALL" } else { "PUT" };
                ("OPTIONS", [o.underlying.clone(), o.strike.to_string(), o.expiration.to_string(), kind.into()])
            }
        };
        let exit = position.exit.map_or_else(Default::default, |e| [e.date.to_string(), e.price.to_string()]);
        let mut cells = vec![
            position.symbol.clone(),
            position.quantity.to_string(),
            position.entry_price.to_string(),
            position.entry_date.to_string(),
            class.to_owned(),
        ];
        cells.extend(terms);
        cells.extend(exit);
        cells.push(position.subtype.clone().unwrap_or_default());
        writer.write_record(cells).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Returns the lines of all files in `cases/`.
fn lines_of_cases() -> Vec<Vec<u8>> {
    let files =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/cases")).unwrap().map(|file| file.unwrap().path());
    let tables = files.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
    let mut paths: Vec<_> = tables.collect();
    paths.sort();
    let lines = paths.into_iter().flat_map(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()
    });
    lines.collect()
}

/// Generates files by joining random pieces. Some files are nearly valid, others broken.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        8 => proptest::sample::select(lines_of_cases()),
        1 => Just(HEADER.as_bytes().to_vec()),
        1 => Just(b"A,10,5,2020-01-02,,,,,,,\n".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\"".to_vec()),
        1 => Just(b",".to_vec()),
        1 => Just(b";".to_vec()),
        1 => Just(b"#".to_vec()),
        1 => Just(b"\xef\xbb\xbf".to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ];
    vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

/// Generates choices of a person that may not fit the file at all.
fn choices() -> impl Strategy<Value = Reading> {
    let fields = [Field::Symbol, Field::Quantity, Field::EntryPrice, Field::CostBasis, Field::EntryDate, Field::Action];
    let column = (0..20_usize, proptest::sample::select(fields.to_vec())).prop_map(|(index, field)| ColumnReading {
        index,
        name: String::new(),
        field,
        confidence: 1.0,
    });
    let marks = proptest::sample::select(vec!['.', ',', 'x']);
    let orders = vec![DateOrder::MonthDayYear, DateOrder::DayMonthYear, DateOrder::YearMonthDay];
    let delimiters = proptest::sample::select(vec![',', ';', '\t', 'é']);
    (
        vec(column, 0..4),
        option::of(marks),
        option::of(proptest::sample::select(orders)),
        option::of(0..30_u64),
        option::of(delimiters),
        vec(0..30_u64, 0..3),
    )
        .prop_map(|(columns, decimal, date_order, header_row, delimiter, left_out)| Reading {
            columns,
            decimal,
            date_order,
            header_row,
            delimiter,
            left_out: left_out.into_iter().collect(),
            ..Reading::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn never_panics_on_any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        crate::fuzz_checks::positions_csv(&bytes);
    }

    #[test]
    fn never_panics_on_scraps_of_layouts(bytes in scraps()) {
        crate::fuzz_checks::positions_csv(&bytes);
    }

    #[test]
    fn never_panics_on_any_choices(bytes in scraps(), choices in choices()) {
        let _ = read_file(&bytes, &choices, &rules());
    }

    #[test]
    fn names_only_existing_rows_of_broken_files(bytes in scraps()) {
        if let Err(problems) = read(&bytes) {
            prop_assert!(!problems.is_empty());
            let breaks = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
            prop_assert!(problems.iter().filter_map(|p| p.row).all(|row| (1..=breaks + 1).contains(&row)));
        }
    }

    #[test]
    fn never_panics_on_any_form_field(text in any::<String>()) {
        let _ = (validate_name(&text), parse_cash(&text));
    }

    #[test]
    fn reads_cash_as_written(cents in -100_000_000_i32..100_000_000) {
        let amount = f64::from(cents) / 100.0;
        prop_assert_eq!(parse_cash(&format!("{amount:.2}")), Ok(amount));
    }

    #[test]
    fn reads_back_written_positions(positions in vec(position(), 1..20)) {
        let mut seen = std::collections::HashSet::new();
        let positions: Vec<_> = positions
            .into_iter()
            .filter(|p| seen.insert((p.symbol.clone(), p.entry_date)))
            .collect();
        let parsed = read(&rendered(&positions));
        prop_assert_eq!(parsed.map(|parsed| parsed.positions), Ok(positions));
    }

    #[test]
    fn reads_back_stored_positions(position in position()) {
        let json = serde_json::to_string(&position).unwrap();
        prop_assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), position);
    }
}
