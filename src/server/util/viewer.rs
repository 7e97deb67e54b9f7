//! On whose behalf something about a portfolio is read.

/// Who reads. It goes down to the query, so whether they may is decided where the row is found, and by nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader<'a> {
    /// A user, who reads what is theirs.
    Owner(&'a str),
    /// An admin, who reads what is somebody else's.
    Admin(&'a str),
}

/// A [`Reader`] for an answer that is made while it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedReader {
    id: String,
    reads_all: bool,
}

impl OwnedReader {
    /// On whose behalf it reads.
    pub fn as_reader(&self) -> Reader<'_> {
        if self.reads_all { Reader::Admin(&self.id) } else { Reader::Owner(&self.id) }
    }
}

impl<'a> Reader<'a> {
    /// The same, with a copy of the user's id.
    pub fn to_owned_reader(self) -> OwnedReader {
        OwnedReader { id: self.id().to_owned(), reads_all: self.reads_all() }
    }

    /// The user who reads.
    pub fn id(self) -> &'a str {
        match self {
            Self::Owner(id) | Self::Admin(id) => id,
        }
    }

    /// Whether the owner does not matter.
    pub fn reads_all(self) -> bool {
        matches!(self, Self::Admin(_))
    }

    /// Whether they may read what belongs to `owner`.
    pub fn may_read(self, owner: &str) -> bool {
        self.reads_all() || self.id() == owner
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn a_user_reads_what_is_theirs_and_an_admin_everything() {
        assert!(Reader::Owner("a").may_read("a") && !Reader::Owner("a").may_read("b"));
        assert!(Reader::Admin("a").may_read("a") && Reader::Admin("a").may_read("b"));
        for reader in [Reader::Owner("a"), Reader::Admin("a")] {
            assert_eq!(reader.to_owned_reader().as_reader(), reader);
        }
    }
}
