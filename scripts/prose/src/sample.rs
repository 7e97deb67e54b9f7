//! Draws comment blocks at random, so that people can judge them without the code.

use crate::{
    files::{File, Language},
    passage::{Kind, split},
};

/// A comment block and its place.
pub struct Block {
    pub path: String,
    pub line: usize,
    pub text: String,
}

/// Draws `count` comment blocks from all of `files`. The same seed and files give the same blocks.
pub fn draw(files: &[File], seed: u64, count: usize) -> Vec<Block> {
    let comments = files.iter().filter(|file| file.language != Language::Markdown).flat_map(|file| {
        split(file).into_iter().filter(|passage| passage.kind == Kind::Comment).map(|passage| Block {
            path: file.path.clone(),
            line: passage.line,
            text: passage.text,
        })
    });
    fastrand::Rng::with_seed(seed).choose_multiple(comments, count)
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::files::{File, Language};

    #[test]
    fn draws_same_comments_for_same_seed() {
        let text = "// A.\nfn f() {}\n".repeat(50);
        let files = [File { path: "a.rs".to_owned(), language: Language::Rust, text }];
        let lines = |seed| draw(&files, seed, 5).iter().map(|block| block.line).collect::<Vec<_>>();
        assert_eq!(lines(1), lines(1));
        assert_ne!(lines(1), lines(2));
    }
}
