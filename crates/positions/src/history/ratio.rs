//! The ratio of a split in a description.

use super::Action;

/// Maximum number of shares on either side of a ratio.
const MAX_RATIO: f64 = 10_000.0;

/// Returns the number of new shares per old share that the description of a split states, such as
/// "4 for 1", "4-for-1" or "1:8". A split of the kind [`Action::ReverseSplit`] has a ratio below 1,
/// any other one a ratio above 1, because brokers write both numbers in either order.
pub(crate) fn split_ratio(description: &str, action: Action) -> Option<f64> {
    let text = description.to_lowercase();
    let tokens = tokens(&text);
    let ratio = (0..tokens.len()).find_map(|at| {
        let [Token::Number(new), Token::Separator, Token::Number(old)] = tokens.get(at..at + 3)? else { return None };
        let is_time = [at.checked_sub(1), Some(at + 3)]
            .into_iter()
            .flatten()
            .any(|beside| tokens.get(beside) == Some(&Token::Separator));
        let is_plausible = [new, old].iter().all(|count| **count > 0.0 && **count <= MAX_RATIO);
        (is_plausible && !is_time).then(|| new / old).filter(|ratio| (ratio - 1.0).abs() > f64::EPSILON)
    })?;
    let is_below_one = ratio < 1.0;
    Some(if is_below_one == (action == Action::ReverseSplit) { ratio } else { ratio.recip() })
}

#[derive(Debug, PartialEq)]
enum Token {
    Number(f64),
    /// The word "for" or a colon between two numbers.
    Separator,
    Other,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = |character: char| {
            (character.is_ascii_digit() || character == '.', character.is_alphabetic(), character == ':')
        };
        let length = rest.find(|character| kind(character) != kind(first)).unwrap_or(rest.len());
        let (token, remainder) = rest.split_at(length);
        rest = remainder;
        match token {
            ":" | "for" | "pour" | "für" => tokens.push(Token::Separator),
            _ if first.is_ascii_digit() => tokens.push(token.parse().map_or(Token::Other, Token::Number)),
            _ if first.is_alphabetic() => tokens.push(Token::Other),
            _ if token.chars().all(|character| character == ' ' || character == '-') => {}
            _ => tokens.push(Token::Other),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ratios_of_splits() {
        let forward = |text| split_ratio(text, Action::SharesAdded);
        assert_eq!(forward("AAPL(US0378331005) Split 4 for 1 (AAPL, APPLE INC, US0378331005)"), Some(4.0));
        assert_eq!(forward("Forward split 3-for-2"), Some(1.5));
        assert_eq!(forward("Split 1:20"), Some(20.0));
        assert_eq!(forward("APPLE INC"), None);
        assert_eq!(forward("Split 1 for 1"), None);
        assert_eq!(forward("2022-06-06 07:02:01 split"), None);
    }

    #[test]
    fn reads_ratios_of_reverse_splits() {
        let reverse = |text| split_ratio(text, Action::ReverseSplit);
        assert_eq!(reverse("GE 1 for 8 reverse split"), Some(0.125));
        assert_eq!(reverse("Reverse split 8:1"), Some(0.125));
    }
}
