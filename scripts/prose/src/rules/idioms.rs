//! Idioms that read as translated, each with what to write instead.

use std::sync::LazyLock;

use regex::Regex;

use super::compile;
use crate::passage::{Kind, Passage};

/// One banned idiom.
struct Idiom {
    /// Finds it, in any case.
    pattern: &'static str,
    /// What to write instead, for the person who reads the finding.
    instead: &'static str,
    /// A sentence that must be found.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests read it"))]
    bad: &'static str,
    /// The same thought in plain English, which no rule may find.
    good: &'static str,
}

const fn idiom(pattern: &'static str, instead: &'static str, bad: &'static str, good: &'static str) -> Idiom {
    Idiom { pattern, instead, bad, good }
}

/// Finds noun clauses as subjects: a sentence that starts with "What" and is not a question.
const NOUN_CLAUSE: &str = r"(?:^|[.!]\s)(?-i:What)\b[^?]*$|(?:^|[.!]\s)(?-i:What)\b[^?.]*\.";

#[rustfmt::skip]
const IDIOMS: [Idiom; 30] = [
    idiom(NOUN_CLAUSE, "name the thing, then use a verb",
        "What is no text is told.", "Reports invalid UTF-8 with its line number."),
    // "There is none" is plain English, so the word before must not end like "there".
    idiom(r"\w(?:[^e]|[^r]e|[^e]re) (is|are|was|were) (?-i:none)\b", "a positive statement, or \"not\"",
        "An admin is none.", "Impersonating an admin grants no admin rights."),
    idiom(r"\bnobody('s)?\b", "\"no one\", or name who",
        "It is nobody's.", "No user owns it."),
    idiom(r"\b(any|every|some)body('s)?\b", "\"anyone\", \"everyone\", \"a user\"",
        "Everybody may read it.", "Every user may read it."),
    idiom(r"\b(whoever|whomever|whosoever)\b", "name who",
        "Whoever reads it waits.", "Readers wait."),
    idiom(r"(^|[^,] )so (many|much)\b", "\"n\", or the number",
        "So many requests a minute.", "At most `n` requests per minute."),
    idiom(r"\bas many as\b", "\"at most\", or \"up to\"",
        "As many as fit.", "At most eight."),
    idiom(r"\banew\b", "\"again\"",
        "Computes it anew.", "Computes it again."),
    idiom(r"\blately\b", "\"recently\"",
        "Read lately.", "Read recently."),
    idiom(r"\bmeanwhile\b", "drop it, or \"during …\"",
        "Others wait meanwhile.", "Others wait during the fetch."),
    idiom(r"\bfor ever\b|\bfor good\b", "\"indefinitely\", or \"permanently\"",
        "It waits for ever.", "It waits indefinitely."),
    idiom(r", of (it|them)\b", "\"including\"",
        "$50, of it cash $20.", "$50, including $20 cash."),
    idiom(r"\bto be had\b|\b(may|can|could|cannot) be had\b", "\"available\", or \"fetched\"",
        "Prices can be had.", "Prices are available."),
    idiom(r"\b(gives|says|tells|told|said) whether\b", "\"returns whether\", or \"reports whether\"",
        "Tells whether it ended.", "Returns whether it ended."),
    idiom(r"\b(is|are|was|were|be|been) told\b", "\"reports\", or \"learns\"",
        "The user is told.", "The page reports it to the user."),
    idiom(r"\band (no other|not one more|no more)\b", "\"only\", or \"exactly\"",
        "This one and no other.", "Only this one."),
    idiom(r"\ball the same\b", "\"anyway\", or \"nevertheless\"",
        "It runs all the same.", "It runs anyway."),
    idiom(r"\bat the moment\b", "\"now\", or \"currently\"",
        "Busy at the moment.", "Busy now."),
    idiom(r"\bin (its|their) stead\b", "\"instead\"",
        "One runs in its stead.", "One runs instead."),
    idiom(r"\b(there|here|where)(of|in|by|upon|to|with)\b", "name the thing",
        "The file and the size thereof.", "The file and its size."),
    idiom(r"\bof no use\b", "the reason itself",
        "It is of no use.", "Unused quota does not carry over."),
    idiom(r"\b\w*manieth\b", "a field term",
        "The so-manieth try.", "The third attempt."),
    idiom(r"\blest\b", "\"so that … not\"",
        "Waits, lest it fail.", "Waits so that it does not fail."),
    idiom(r"\b(from )?of old\b|\bof itself\b", "\"earlier\", or \"automatically\"",
        "A session of old.", "An expired session."),
    idiom(r"\b(one|an? \w+) too (many|much)\b", "\"over the limit\"",
        "Refuses one too many.", "Refuses requests over the limit."),
    idiom(r"\bthere (is|are|was|were) no such\b", "\"does not exist\"",
        "There is no such run.", "The run does not exist."),
    idiom(r"\w(?:[^e]|[^r]e|[^e]re) (is|are|was|were) no (text|number|date|name|symbol|price|file|guess|answer|admin|part)\b", "\"is not a …\"",
        "A word is no number.", "A word is not a number."),
    idiom(r"\bdoors?\b|\bway in\b", "the mechanism: route, format, check",
        "The door of the API.", "The route of the API."),
    idiom(r"\bgoes without saying\b|\bnot a few\b|\bbe it\b", "a plain statement",
        "Not a few fail.", "Some fail."),
    idiom(r"\bwithout words\b|\bcomes? of\b|\bas it were\b", "the fact itself",
        "It fails without words.", "It fails without a message."),
];

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| IDIOMS.iter().map(|idiom| compile(&format!("(?i){}", idiom.pattern))).collect());

/// Reports every banned idiom in a passage, once each.
pub fn check(passage: &Passage) -> Vec<String> {
    // Headings and cells of tables are not sentences, and code has no noun clauses.
    let has_sentences = matches!(passage.kind, Kind::Comment | Kind::Paragraph);
    let found = PATTERNS.iter().zip(&IDIOMS).filter_map(|(pattern, idiom)| {
        if idiom.pattern == NOUN_CLAUSE && !has_sentences {
            return None;
        }
        let found = pattern.find(&passage.text)?.as_str();
        let start: String = found.trim_start_matches(['.', '!', ':', ';', ' ']).chars().take(40).collect();
        Some(format!("\"{start}\": write {}, as in \"{}\"", idiom.instead, idiom.good))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::{IDIOMS, PATTERNS, check};
    use crate::passage::{Kind, Passage};

    fn comment(text: &str) -> Passage {
        Passage { line: 1, kind: Kind::Comment, text: text.to_owned(), marker: "//" }
    }

    #[test]
    fn finds_bad_example_of_each_idiom() {
        for (idiom, pattern) in IDIOMS.iter().zip(PATTERNS.iter()) {
            assert!(pattern.is_match(idiom.bad), "{} in {}", idiom.pattern, idiom.bad);
        }
    }

    #[test]
    fn accepts_good_example_of_each_idiom() {
        for idiom in &IDIOMS {
            assert_eq!(check(&comment(idiom.good)), Vec::<String>::new());
        }
    }

    #[test]
    fn accepts_questions_and_headings() {
        assert!(check(&comment("What would change? Nothing.")).is_empty());
        assert!(check(&Passage { kind: Kind::Fragment, ..comment("## What it costs") }).is_empty());
    }

    #[test]
    fn finds_noun_clause_in_second_sentence() {
        assert_eq!(check(&comment("It ends. What comes later is dropped.")).len(), 1);
    }
}
