//! Translates the words of a row into an action, with the table in `words`.

use std::{collections::HashMap, sync::LazyLock};

use super::words::WORDS;
use crate::content::LeftOutReason;

/// Maximum number of words at the start of a text that are compared with the table.
const MAX_WORDS: usize = 8;

/// An event that a row of a history records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Closes a short position first, and opens a long one with the rest.
    Buy,
    /// Opens a long position.
    BuyToOpen,
    /// Closes a short position.
    BuyToCover,
    /// Closes a long position.
    Sell,
    /// Closes a long position first, and opens a short one with the rest.
    SellShort,
    /// A purchase with a dividend if the row has shares, otherwise the dividend itself.
    Reinvestment,
    /// Takes back an earlier trade of the same quantity.
    Reversal,
    /// Shares that arrived without a payment and were not held elsewhere before: a spin-off, a
    /// vested award, a gift of the broker.
    SharesReceived,
    /// Shares that were bought in another account.
    TransferIn,
    TransferOut,
    /// A transfer of shares whose sign tells the direction, or of money if the row has no shares.
    Transfer,
    /// A split or a stock dividend. The quantity is the number of shares that were added.
    SharesAdded,
    /// A split that leaves fewer shares. The quantity is the number of new shares if it is
    /// positive, and of removed shares if it is negative.
    ReverseSplit,
    /// The old shares of a split; [`Action::SplitOpen`] has the new ones.
    SplitClose,
    /// The new shares of a split.
    SplitOpen,
    /// A merger or a change of name: one row removes shares, another one adds shares.
    Exchange,
    /// An option that expired worthless.
    Expired,
    /// An option that was assigned. The trade of its shares is a row of its own.
    Assigned,
    /// An option that was exercised. The trade of its shares is a row of its own.
    Exercised,
    /// Added shares if the row has shares and no money, otherwise a dividend.
    Distribution,
    /// A row about money alone, or one that was not executed.
    NotTrade(LeftOutReason),
}

impl Action {
    /// Returns whether the action turns shares into other shares.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::SharesAdded | Self::ReverseSplit | Self::SplitClose | Self::SplitOpen | Self::Exchange)
    }
}

/// Returns what a row records, or `None` if its words are unknown. The description is read only if
/// the words do not decide.
pub(crate) fn action(words: &str, description: &str) -> Option<Action> {
    in_words(words).or_else(|| in_description(description))
}

/// Returns what a trade records if the sign of its quantity tells the side. `codes` are the
/// broker's codes, such as `O`, `C;Ep` or `A;C`; without any, a sale closes a long position only.
pub(crate) fn action_by_sign(quantity: f64, codes: &str, is_option: bool) -> Action {
    let has = |code: &str| codes.split([';', ',', ' ']).any(|text| text.eq_ignore_ascii_case(code));
    match (quantity < 0.0, has("O"), has("C")) {
        _ if is_option && has("Ep") => Action::Expired,
        _ if is_option && has("A") => Action::Assigned,
        _ if is_option && has("Ex") => Action::Exercised,
        (false, false, true) => Action::BuyToCover,
        (false, ..) => Action::Buy,
        (true, true, _) => Action::SellShort,
        (true, false, _) => Action::Sell,
    }
}

#[derive(Clone, Copy)]
struct Entry {
    action: Action,
    is_code: bool,
}

static TABLE: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let entry = |&(text, action): &(&str, Action)| {
        let is_code = !text.chars().any(char::is_lowercase);
        (text.to_lowercase(), Entry { action, is_code })
    };
    WORDS.iter().map(entry).collect()
});

/// Returns the words of a text in lower case, without punctuation.
fn words_of(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_lowercase)
        .collect()
}

fn phrase(words: &[String]) -> Option<Action> {
    TABLE.get(&words.join(" ")).filter(|entry| !entry.is_code).map(|entry| entry.action)
}

fn in_words(text: &str) -> Option<Action> {
    let words = words_of(text);
    if let Some(entry) = TABLE.get(&words.join(" ")) {
        return Some(entry.action);
    }
    let at_start = (1..=words.len()).rev().find_map(|length| Some((length, phrase(&words[..length])?)));
    match at_start {
        // A single word about money decides only if no word inside contradicts it.
        Some((1, Action::NotTrade(_))) | None => inside(&words),
        Some((_, action)) => Some(action),
    }
}

/// Returns the action of the longest phrase inside a text, unless two phrases contradict each
/// other.
fn inside(words: &[String]) -> Option<Action> {
    (1..words.len())
        .rev()
        .find_map(|length| {
            let mut found = words.windows(length).filter_map(phrase);
            let first = found.next()?;
            Some((first, found.all(|other| other == first)))
        })
        .and_then(|(action, is_clear)| is_clear.then_some(action))
}

/// Returns the action at the start of a description. Names of companies start with such words too,
/// so a single word has to be followed by a number, as in "Bought 80 ERO @ 18.08".
fn in_description(text: &str) -> Option<Action> {
    let words = words_of(text);
    (1..=words.len()).rev().find_map(|length| {
        let action = phrase(&words[..length])?;
        let is_followed_by_number =
            words.get(length).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        (length > 1 || words.len() == 1 || is_followed_by_number).then_some(action)
    })
}

#[cfg(test)]
mod tests;
