//! American spelling, in names as in prose.

use std::sync::LazyLock;

use regex::Regex;

use super::compile;
use crate::passage::Passage;

/// British stems and their American counterparts. "Cancelled" is not among them: the API spells a
/// status that way.
const STEMS: [(&str, &str); 33] = [
    ("analyse", "analyze"),
    ("artefact", "artifact"),
    ("behaviour", "behavior"),
    ("catalogue", "catalog"),
    ("centre", "center"),
    ("centring", "centering"),
    ("colour", "color"),
    ("defence", "defense"),
    ("endeavour", "endeavor"),
    ("favour", "favor"),
    ("fulfil ", "fulfill "),
    ("grey", "gray"),
    ("honour", "honor"),
    ("initialis", "initializ"),
    ("judgement", "judgment"),
    ("labell", "label"),
    ("learnt", "learned"),
    ("licence", "license"),
    ("materialis", "materializ"),
    ("minimis", "minimiz"),
    ("modell", "model"),
    ("neighbour", "neighbor"),
    ("normalis", "normaliz"),
    ("optimis", "optimiz"),
    ("organis", "organiz"),
    ("realis", "realiz"),
    ("recognis", "recogniz"),
    ("sanitis", "sanitiz"),
    ("serialis", "serializ"),
    ("spelt", "spelled"),
    ("summaris", "summariz"),
    ("travell", "travel"),
    ("whilst", "while"),
];

/// Words that contain a British stem but stay: American ones, an attribute of HTML, and a value of the
/// API.
const ALLOWED: [&str; 6] = ["realism", "realist", "optimism", "optimist", "labelledby", "modelled"];

/// Finds a stem in small letters or capitals at the start of a word or after a common prefix, and a
/// capitalized one at a hump of camel case.
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    let stems = STEMS.map(|(british, _)| british);
    let capitalized = stems.map(|stem| format!("{}{}", stem[..1].to_uppercase(), &stem[1..])).join("|");
    let (small, capitals) = (stems.join("|"), stems.join("|").to_uppercase());
    compile(&format!(
        "(?:^|[^A-Za-z])(?:(?:[Uu]n|[Rr]e|[Mm]is|[Dd]e)?({small})|({capitalized}|{capitals}))[A-Za-z]*|[a-z]({capitalized})[a-z]*"
    ))
});

/// Reports every British spelling in a passage.
pub fn check(passage: &Passage) -> Vec<String> {
    let found = PATTERN.captures_iter(&passage.text).filter_map(|captures| {
        let word = captures.get(0)?.as_str().trim_matches(|c: char| !c.is_alphabetic());
        let stem = captures.iter().skip(1).flatten().next()?.as_str().to_lowercase();
        let is_allowed = ALLOWED.iter().any(|allowed| word.to_lowercase().starts_with(allowed));
        let (_, american) = STEMS.iter().find(|(british, _)| *british == stem)?;
        (!is_allowed).then(|| format!("\"{word}\": Americans write \"{}…\"", american.trim()))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::{STEMS, check};
    use crate::passage::{Kind, Passage};

    fn findings(text: &str) -> Vec<String> {
        check(&Passage { line: 1, kind: Kind::Comment, text: text.to_owned(), marker: "//" })
    }

    #[test]
    fn finds_each_british_stem() {
        for (british, _) in STEMS {
            assert_eq!(findings(&format!("a {british} b")).len(), 1, "{british}");
        }
    }

    #[test]
    fn accepts_each_american_spelling() {
        for (_, american) in STEMS {
            assert_eq!(findings(&format!("a {american} b")), Vec::<String>::new());
        }
    }

    #[test]
    fn finds_british_stem_after_prefix() {
        assert_eq!(findings("an unrealised gain"), ["\"unrealised\": Americans write \"realiz…\""]);
    }

    #[test]
    fn finds_british_names_in_code() {
        assert_eq!(findings("let gridColour = 1;"), ["\"dColour\": Americans write \"color…\""]);
    }

    #[test]
    fn accepts_allowed_words_with_british_stem() {
        assert!(findings("realistic optimists, recentResults").is_empty());
    }
}
