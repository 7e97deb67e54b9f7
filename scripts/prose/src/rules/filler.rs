//! Docs of one or two words, which only repeat the name below them.

use crate::passage::Passage;

/// Reports a doc comment of at most two words, such as "The keys."
pub fn check(passage: &Passage) -> Vec<String> {
    let is_filler = passage.marker == "///" && passage.text.split_whitespace().count() <= 2;
    is_filler.then(|| format!("\"{}\" is filler; say more, or delete it", passage.text)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::passage::{Kind, Passage};

    fn findings(text: &str) -> usize {
        check(&Passage { line: 1, kind: Kind::Comment, text: text.to_owned(), marker: "///" }).len()
    }

    #[test]
    fn refuses_docs_of_two_words() {
        assert_eq!(findings("The keys."), 1);
    }

    #[test]
    fn accepts_docs_that_say_more() {
        assert_eq!(findings("Keys by issuer."), 0);
    }
}
