//! The rules of the style that a program can check.

mod comment_width;
mod filler;
mod idioms;
mod spelling;
mod test_names;

use std::{collections::HashSet, fmt};

use regex::Regex;

use crate::{
    files::File,
    passage::{Passage, split},
};

/// One place that breaks a rule.
#[derive(Debug)]
pub struct Finding {
    path: String,
    line: usize,
    /// What was found, and what to write instead.
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Compiles one of the fixed expressions of the rules.
#[expect(clippy::expect_used, reason = "the expressions are constants, and tests use each of them")]
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the expression of a rule")
}

/// Applies every rule to every file.
pub fn check(files: &[File]) -> Vec<Finding> {
    let mut test_names = HashSet::new();
    files.iter().flat_map(|file| check_file(file, &mut test_names)).collect()
}

fn check_file(file: &File, test_names: &mut HashSet<String>) -> Vec<Finding> {
    let finding = |(line, message)| Finding { path: file.path.clone(), line, message };
    let by_passage = |passage: &Passage| {
        let messages = [idioms::check(passage), spelling::check(passage), filler::check(passage)].concat();
        messages.into_iter().map(|message| (passage.line, message)).collect::<Vec<_>>()
    };
    let passages = split(file);
    let in_passages = passages.iter().flat_map(by_passage);
    let in_lines = comment_width::check(file).into_iter().chain(test_names::check(file, test_names));
    in_passages.chain(in_lines).map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::files::{File, Language};

    #[test]
    fn reports_path_and_line_of_each_rule() {
        let text = "/// The colour.\n#[test]\nfn the_test() {\n    let a = \"anew\"; // Fine.\n}\n";
        let file = File { path: "a.rs".to_owned(), language: Language::Rust, text: text.to_owned() };
        let findings: Vec<String> = check(&[file]).iter().map(ToString::to_string).collect();
        let places: Vec<&str> = findings.iter().map(|finding| finding.split(": ").next().unwrap_or("")).collect();
        assert_eq!(places, ["a.rs:1", "a.rs:1", "a.rs:4", "a.rs:3"], "{findings:?}");
    }
}
