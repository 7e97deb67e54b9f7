//! Test names: at most eight words, the first one a verb, and unique, because documents name tests.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::compile;
use crate::files::{File, Language};

const WORDS: usize = 8;

/// First words that show that a name does not start with a verb.
const NOT_VERBS: [&str; 44] = [
    "a", "after", "all", "an", "and", "any", "as", "at", "before", "both", "by", "each", "every", "for", "from", "how",
    "if", "in", "it", "its", "many", "no", "nobody", "not", "nothing", "of", "on", "one", "only", "some", "that",
    "the", "these", "this", "those", "to", "two", "what", "when", "where", "while", "who", "with", "without",
];

/// The start of a browser test, `test('title', …`.
static TITLE: LazyLock<Regex> = LazyLock::new(|| compile(r#"\btest\(\s*(?:'([^']+)'|"([^"]+)"|`([^`]+)`)"#));

/// Reports names of tests that are too long, do not start with a verb, or are among the names in `seen`.
/// Adds the names of this file to `seen`.
pub fn check(file: &File, seen: &mut HashSet<String>) -> Vec<(usize, String)> {
    let names = match file.language {
        Language::Rust => rust_tests(&file.text),
        Language::Script => browser_tests(&file.text),
        _ => Vec::new(),
    };
    let mut findings = Vec::new();
    for (line, name) in names {
        findings.extend(fault(&name).map(|message| (line, message)));
        if !seen.insert(name.clone()) {
            findings.push((line, format!("another test has the name \"{name}\"")));
        }
    }
    findings
}

fn rust_tests(text: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut is_test = false;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        let function = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = function.and_then(|rest| rest.split(['(', '<']).next()) {
            if is_test {
                names.push((index + 1, name.replace('_', " ")));
            }
            is_test = false;
        }
    }
    names
}

fn browser_tests(text: &str) -> Vec<(usize, String)> {
    TITLE
        .captures_iter(text)
        .filter_map(|captures| {
            let name = captures.iter().skip(1).flatten().next()?;
            let line = text.get(..name.start())?.matches('\n').count() + 1;
            Some((line, name.as_str().to_owned()))
        })
        .collect()
}

fn fault(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = words.first().map(|word| word.to_lowercase())?;
    if words.len() > WORDS {
        return Some(format!("the test \"{name}\" has {} words, over {WORDS}", words.len()));
    }
    NOT_VERBS.contains(&first.as_str()).then(|| format!("the test \"{name}\" does not start with a verb"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::check;
    use crate::files::{File, Language};

    fn findings(language: Language, text: &str) -> usize {
        check(&File { path: String::new(), language, text: text.to_owned() }, &mut HashSet::new()).len()
    }

    #[test]
    fn refuses_nine_words() {
        assert_eq!(findings(Language::Rust, "#[test]\nfn a1_b_c_d_e_f_g_h() {}"), 0);
        assert_eq!(findings(Language::Rust, "#[test]\nfn a1_b_c_d_e_f_g_h_i() {}"), 1);
        assert_eq!(findings(Language::Script, "test('b c d e f g h i', x)"), 0);
        assert_eq!(findings(Language::Script, "test('b c d e f g h i j', x)"), 1);
    }

    #[test]
    fn refuses_names_that_start_with_an_article() {
        assert_eq!(findings(Language::Rust, "#[tokio::test]\nasync fn the_run_ends() {}"), 1);
        assert_eq!(findings(Language::Script, "test(\n  'The run ends', x)"), 1);
    }

    #[test]
    fn refuses_name_of_another_test() {
        assert_eq!(findings(Language::Script, "test('ends', x)\ntest('ends', x)"), 1);
    }

    #[test]
    fn ignores_functions_that_are_not_tests() {
        assert_eq!(findings(Language::Rust, "#[test]\nfn ends() {}\nfn the_helper() {}"), 0);
    }
}
