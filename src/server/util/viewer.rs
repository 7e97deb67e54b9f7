//! Who views a portfolio.

/// Who views a portfolio. The query checks it, so access is decided where the row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer<'a> {
    /// A user, who views their own portfolio.
    Owner(&'a str),
    /// An admin, who views another user's portfolio.
    Admin(&'a str),
}

/// A [`Viewer`] for a response that is made while it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedViewer {
    id: String,
    reads_all: bool,
}

impl OwnedViewer {
    /// Borrows the viewer.
    pub fn as_viewer(&self) -> Viewer<'_> {
        if self.reads_all { Viewer::Admin(&self.id) } else { Viewer::Owner(&self.id) }
    }
}

impl<'a> Viewer<'a> {
    /// Copies the user's id.
    pub fn to_owned_viewer(self) -> OwnedViewer {
        OwnedViewer { id: self.id().to_owned(), reads_all: self.reads_all() }
    }

    /// Returns the id of the user who views.
    pub fn id(self) -> &'a str {
        match self {
            Self::Owner(id) | Self::Admin(id) => id,
        }
    }

    /// Whether every owner's portfolios can be viewed.
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
    use super::Viewer;

    #[test]
    fn lets_owners_view_own_and_admins_all() {
        assert!(Viewer::Owner("a").may_read("a") && !Viewer::Owner("a").may_read("b"));
        assert!(Viewer::Admin("a").may_read("a") && Viewer::Admin("a").may_read("b"));
        for viewer in [Viewer::Owner("a"), Viewer::Admin("a")] {
            assert_eq!(viewer.to_owned_viewer().as_viewer(), viewer);
        }
    }
}
