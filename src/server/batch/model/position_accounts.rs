//! Accounts for every position of a file in one sentence: how many are analyzed, and why the others
//! are left out.

use std::collections::BTreeSet;

use status::{counted, format_count};

/// How many symbols a sentence names per reason if it cannot name all of them.
const NAMED: usize = 3;

/// The outcome for one position.
#[derive(Debug, Clone, Copy)]
pub enum Account<'a> {
    Analyzed,
    /// The position's symbol has no prices.
    WithoutPrices(&'a str),
    /// Neither the option nor its underlying has a price before it expired.
    OptionWithoutPrices(&'a str),
    /// There are prices, but none near the entry date, and the file does not state one.
    WithoutEntryPrice(&'a str),
}

/// The positions of a file, counted by their outcome.
#[derive(Debug, Default)]
pub struct PositionAccounts<'a> {
    analyzed: u64,
    without_prices: Symbols<'a>,
    options: Symbols<'a>,
    without_entry_price: Symbols<'a>,
}

/// Symbols with the number of their positions, in the order of the file.
#[derive(Debug, Default)]
struct Symbols<'a> {
    positions: u64,
    /// The first symbols: one more than are named together with "others", because "1 other" is no
    /// shorter than a name.
    first: Vec<(&'a str, u64)>,
    distinct: BTreeSet<&'a str>,
}

impl<'a> Symbols<'a> {
    fn count(&mut self, symbol: &'a str) {
        self.positions += 1;
        self.distinct.insert(symbol);
        match self.first.iter().position(|(known, _)| *known == symbol) {
            Some(index) => self.first[index].1 += 1,
            None if self.first.len() <= NAMED => self.first.push((symbol, 1)),
            None => {}
        }
    }

    /// Returns a list such as "HZNP (2 positions), SGEN, ZZZ and 4 others".
    fn list(&self) -> String {
        let named = if self.distinct.len() > self.first.len() { NAMED } else { self.first.len() };
        let mut names: Vec<String> = self.first[..named]
            .iter()
            .map(|(symbol, positions)| match positions {
                1 => (*symbol).to_owned(),
                more => format!("{symbol} ({})", counted(*more, "position")),
            })
            .collect();
        let others = self.distinct.len() - named;
        if others > 0 {
            names.push(counted(others as u64, "other"));
        }
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }

    /// Returns a clause about these positions, or `None` if there are none. `one` and `many` are
    /// the words around the list, for one symbol and for several.
    fn clause(&self, one: (&str, &str), many: (&str, &str)) -> Option<String> {
        let (before, after) = if self.distinct.len() == 1 { one } else { many };
        let positions = format_count(self.positions);
        (self.positions > 0).then(|| format!("; {positions} left out because {before}{}{after}", self.list()))
    }
}

impl<'a> PositionAccounts<'a> {
    /// Counts one position.
    pub fn count(&mut self, account: Account<'a>) {
        match account {
            Account::Analyzed => self.analyzed += 1,
            Account::WithoutPrices(symbol) => self.without_prices.count(symbol),
            Account::OptionWithoutPrices(symbol) => self.options.count(symbol),
            Account::WithoutEntryPrice(symbol) => self.without_entry_price.count(symbol),
        }
    }

    pub fn analyzed(&self) -> u64 {
        self.analyzed
    }

    pub fn left_out(&self) -> u64 {
        self.without_prices.positions + self.options.positions + self.without_entry_price.positions
    }

    pub fn total(&self) -> u64 {
        self.analyzed + self.left_out()
    }

    /// Returns the sentence. The positions that it counts add up to those of the file.
    pub fn sentence(&self) -> String {
        let analyzed = match (self.analyzed, self.total()) {
            (analyzed, total) if analyzed == total => format!("{} analyzed", counted(total, "position")),
            (analyzed, total) => format!("{} of {} analyzed", format_count(analyzed), counted(total, "position")),
        };
        let reasons = [
            self.without_prices.clause(("", " has no prices"), ("", " have no prices")),
            self.options.clause(("nothing prices the option ", ""), ("nothing prices the options ", "")),
            self.without_entry_price.clause(("", " has no entry price"), ("", " have no entry prices")),
        ];
        format!("{analyzed}{}.", reasons.into_iter().flatten().collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Account::{Analyzed, OptionWithoutPrices, WithoutEntryPrice, WithoutPrices},
        PositionAccounts,
    };

    /// Returns all numbers of a sentence, in order.
    fn numbers(text: &str) -> Vec<u64> {
        text.split(|character: char| !character.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    }

    #[test]
    fn accounts_for_every_position_of_file() {
        for (accounts, sentence) in [
            (vec![Analyzed], "1 position analyzed."),
            (vec![Analyzed; 3], "3 positions analyzed."),
            (
                vec![Analyzed, WithoutPrices("HZNP"), WithoutPrices("SGEN")],
                "1 of 3 positions analyzed; 2 left out because HZNP and SGEN have no prices.",
            ),
            (vec![WithoutPrices("HZNP")], "0 of 1 position analyzed; 1 left out because HZNP has no prices."),
            (
                vec![WithoutPrices("HZNP"), Analyzed, WithoutPrices("HZNP")],
                "1 of 3 positions analyzed; 2 left out because HZNP (2 positions) has no prices.",
            ),
            (
                ["A", "B", "C", "D", "D"].map(WithoutPrices).to_vec(),
                "0 of 5 positions analyzed; 5 left out because A, B, C and D (2 positions) have no prices.",
            ),
            (
                ["A", "B", "C", "D", "E"].map(WithoutPrices).to_vec(),
                "0 of 5 positions analyzed; 5 left out because A, B, C and 2 others have no prices.",
            ),
            (
                vec![
                    Analyzed,
                    OptionWithoutPrices("KO 40C"),
                    WithoutEntryPrice("OWN"),
                    WithoutEntryPrice("T"),
                    WithoutPrices("HZNP"),
                ],
                "1 of 5 positions analyzed; 1 left out because HZNP has no prices; \
                 1 left out because nothing prices the option KO 40C; \
                 2 left out because OWN and T have no entry prices.",
            ),
        ] {
            let total = accounts.len() as u64;
            let mut counted = PositionAccounts::default();
            for account in accounts {
                counted.count(account);
            }
            assert_eq!((counted.sentence().as_str(), counted.total()), (sentence, total));
            let first_numbers = sentence.split(';').map(|clause| numbers(clause)[0]);
            assert_eq!(first_numbers.sum::<u64>(), total, "{sentence}");
        }
    }
}
