//! The words of the live page and the results page that depend on the reader. Only the owner of the
//! portfolio is addressed as "you"; an admin, for example, reads about "the owner".

/// Words for one kind of reader.
#[derive(Debug, PartialEq, Eq)]
pub struct ReaderWords {
    /// The owner, at the start of a sentence.
    pub you: &'static str,
    /// The word before things of the owner, as in "the portfolio".
    pub your: &'static str,
    /// `your` at the start of a sentence.
    pub your_first: &'static str,
    /// The end of the sentence "3 setups ahead of yours".
    pub ahead: &'static str,
    /// The page's heading during a run.
    pub running: &'static str,
}

static OWNER: ReaderWords = ReaderWords {
    you: "You",
    your: "your",
    your_first: "Your",
    ahead: "ahead of yours",
    running: "Setting Up Your Portfolio",
};

static OTHERS: ReaderWords = ReaderWords {
    you: "The owner",
    your: "the",
    your_first: "The",
    ahead: "ahead",
    running: "Setting Up the Portfolio",
};

impl ReaderWords {
    /// Returns the words for the owner, or for anyone else.
    pub fn new(is_owner: bool) -> &'static Self {
        if is_owner { &OWNER } else { &OTHERS }
    }
}
