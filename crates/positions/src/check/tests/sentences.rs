//! Tests of the sentence about each kind of problem.

use super::*;
use crate::check::sentences::of_group;

/// A code, whether it has a column, and its sentences about one problem and about several.
type Case = (ProblemCode, &'static str, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    (ProblemCode::MalformedCsv, "1 row doesn't fit the header. Correct it, or leave it out.", "1,200 rows don't fit the header. Correct them, or leave them out."),
    (ProblemCode::Required, "1 value in “C” is missing. Enter it, or leave the row out.", "1,200 values in “C” are missing. Enter them, or leave these rows out."),
    (ProblemCode::NotANumber, "1 number in “C” can't be read. Correct it, or leave the row out.", "1,200 numbers in “C” can't be read. Correct them, or leave these rows out."),
    (ProblemCode::ZeroQuantity, "1 quantity in “C” is zero. Enter how many are held, or leave the row out.", "1,200 quantities in “C” are zero. Enter how many are held, or leave these rows out."),
    (ProblemCode::TooManyDecimals, "1 quantity in “C” has more than six decimals. Round it.", "1,200 quantities in “C” have more than six decimals. Round them."),
    (ProblemCode::NotPositive, "1 price in “C” isn't above $0. Correct it, or leave the row out.", "1,200 prices in “C” aren't above $0. Correct them, or leave these rows out."),
    (ProblemCode::InvalidDate, "1 date in “C” can't be read. Correct it, or leave the row out.", "1,200 dates in “C” can't be read. Correct them, or leave these rows out."),
    (ProblemCode::FutureDate, "1 date in “C” is in the future. Correct it, or leave the row out.", "1,200 dates in “C” are in the future. Correct them, or leave these rows out."),
    (ProblemCode::ExitBeforeEntry, "1 exit is dated before its entry. Correct one of the dates, or leave the row out.", "1,200 exits are dated before their entries. Correct the dates, or leave these rows out."),
    (ProblemCode::InvalidSymbol, "1 symbol in “C” can't be read. Correct it, or leave the row out.", "1,200 symbols in “C” can't be read. Correct them, or leave these rows out."),
    (ProblemCode::InvalidClass, "1 investment class in “C” is unknown. Use PUBLIC, OPTIONS or PRIVATE.", "1,200 investment classes in “C” are unknown. Use PUBLIC, OPTIONS or PRIVATE."),
    (ProblemCode::InvalidOption, "1 option term in “C” can't be used. Correct it, or leave the row out.", "1,200 option terms in “C” can't be used. Correct them, or leave these rows out."),
    (ProblemCode::DuplicatePosition, "1 position repeats the symbol and date of an earlier line. Merge it, or fix the date.", "1,200 positions repeat the symbol and date of an earlier line. Merge them, or fix the dates."),
    (ProblemCode::AfterLastPrice, "1 position was opened after the last day with prices, so it can't be analyzed here.", "1,200 positions were opened after the last day with prices, so they can't be analyzed here."),
    (ProblemCode::AmbiguousDate, "1 date in “C” could mean two days. Choose the order.", "1,200 dates in “C” could mean two days. Choose the order."),
    (ProblemCode::AmbiguousNumber, "1 number in “C” could mean two values. Choose the decimal mark.", "1,200 numbers in “C” could mean two values. Choose the decimal mark."),
    (ProblemCode::EntryDateUnknown, "KO has no value.", "The file doesn't say when 1,200 positions were opened. Enter a date, or take them as held throughout."),
    (ProblemCode::EntryPriceUnknown, "KO has no value.", "The file doesn't say what 1,200 positions cost. Enter the prices, or take the market's."),
    (ProblemCode::SymbolUnknown, "1 position has no symbol that we know. Enter it.", "1,200 positions have no symbol that we know. Enter them."),
    (ProblemCode::ForeignCurrency, "1 price is in another currency. Take the market's in dollars, or type dollars.", "1,200 prices are in another currency. Take the market's in dollars, or type dollars."),
];

#[test]
fn describes_one_problem_and_several() {
    for (code, one, several) in CASES {
        let column = (*code != ProblemCode::MalformedCsv).then_some("C");
        assert_eq!(of_group(*code, column, 1, "KO has no value."), *one);
        assert_eq!(of_group(*code, column, 1200, "KO has no value."), *several);
    }
}

#[test]
fn repeats_sentence_about_whole_file() {
    use ProblemCode as C;
    for code in [C::MissingColumn, C::EmptyFile, C::NotUtf8, C::TooManyRows, C::UnreadableFile, C::InvalidName] {
        assert_eq!(of_group(code, None, 1, "This is a PDF."), "This is a PDF.");
    }
}
