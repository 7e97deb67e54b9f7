//! Sentences about all problems of one kind: what is wrong with how many values, and what to do.

use super::words::counted;
use crate::{problem::ProblemCode, quote::quote};

/// Returns the sentence about `count` problems of one code in one column. Problems of the whole
/// file occur once, so `first`, the sentence of the first problem, is about all.
pub(super) fn of_group(code: ProblemCode, column: Option<&str>, count: usize, first: &str) -> String {
    use ProblemCode as C;
    let place = column.map(|column| format!(" in {}", quote(column))).unwrap_or_default();
    let is = |one: &str, several: &str| format!("{}{place}", counted(count, one, several));
    let verb = |one: &'static str, several: &'static str| if count == 1 { one } else { several };
    let them = verb("it", "them");
    let rows = verb("the row", "these rows");
    match code {
        // The sentence of the only position names it.
        C::EntryDateUnknown | C::EntryPriceUnknown if count == 1 => first.to_owned(),
        C::MissingColumn | C::EmptyFile | C::NotUtf8 | C::TooManyRows | C::UnreadableFile | C::InvalidName => {
            first.to_owned()
        }
        C::MalformedCsv => {
            format!(
                "{} {} fit the header. Correct {them}, or leave {them} out.",
                is("row", "rows"),
                verb("doesn't", "don't")
            )
        }
        C::Required => {
            format!("{} {} missing. Enter {them}, or leave {rows} out.", is("value", "values"), verb("is", "are"))
        }
        C::NotANumber => {
            format!("{} can't be read. Correct {them}, or leave {rows} out.", is("number", "numbers"))
        }
        C::ZeroQuantity => {
            format!(
                "{} {} zero. Enter how many are held, or leave {rows} out.",
                is("quantity", "quantities"),
                verb("is", "are")
            )
        }
        C::TooManyDecimals => {
            format!("{} {} more than six decimals. Round {them}.", is("quantity", "quantities"), verb("has", "have"))
        }
        C::NotPositive => {
            format!(
                "{} {} above $0. Correct {them}, or leave {rows} out.",
                is("price", "prices"),
                verb("isn't", "aren't")
            )
        }
        C::InvalidDate => format!("{} can't be read. Correct {them}, or leave {rows} out.", is("date", "dates")),
        C::FutureDate => {
            format!("{} {} in the future. Correct {them}, or leave {rows} out.", is("date", "dates"), verb("is", "are"))
        }
        C::ExitBeforeEntry => {
            let what = counted(count, "exit is dated before its entry", "exits are dated before their entries");
            format!("{what}. Correct {}, or leave {rows} out.", verb("one of the dates", "the dates"))
        }
        C::InvalidSymbol => format!("{} can't be read. Correct {them}, or leave {rows} out.", is("symbol", "symbols")),
        C::InvalidClass => format!(
            "{} {} unknown. Use PUBLIC, OPTIONS or PRIVATE.",
            is("investment class", "investment classes"),
            verb("is", "are")
        ),
        C::InvalidOption => {
            format!("{} can't be used. Correct {them}, or leave {rows} out.", is("option term", "option terms"))
        }
        C::DuplicatePosition => format!(
            "{} the symbol and date of an earlier line. Merge {them}, or fix {}.",
            counted(count, "position repeats", "positions repeat"),
            verb("the date", "the dates")
        ),
        C::AfterLastPrice => format!(
            "{} opened after the last day with prices, so {} can't be analyzed here.",
            counted(count, "position was", "positions were"),
            verb("it", "they")
        ),
        C::AmbiguousDate => format!("{} could mean two days. Choose the order.", is("date", "dates")),
        C::AmbiguousNumber => {
            format!("{} could mean two values. Choose the decimal mark.", is("number", "numbers"))
        }
        C::EntryDateUnknown => format!(
            "The file doesn't say when {} opened. Enter a date, or take {} as held throughout.",
            counted(count, "position was", "positions were"),
            them
        ),
        C::EntryPriceUnknown => format!(
            "The file doesn't say what {} cost. Enter {}, or take the market's.",
            counted(count, "position", "positions"),
            verb("the price", "the prices")
        ),
        C::SymbolUnknown => format!(
            "{} no symbol that we know. Enter {}.",
            counted(count, "position has", "positions have"),
            verb("it", "them")
        ),
        C::ForeignCurrency => format!(
            "{} in another currency. Take the market's in dollars, or type dollars.",
            counted(count, "price is", "prices are")
        ),
    }
}
