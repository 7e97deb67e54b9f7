//! The user who views a portfolio, and what that user may read.

/// The user who views a portfolio. The store's queries take a `Viewer`, so access is checked
/// wherever a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer<'a> {
    /// A user who may read only their own portfolios.
    Owner(&'a str),
    /// An admin who may read the portfolios of all users.
    Admin(&'a str),
}

/// A [`Viewer`] that owns the user id instead of borrowing it. Streamed responses need one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedViewer {
    id: String,
    reads_all: bool,
}

impl OwnedViewer {
    pub fn as_viewer(&self) -> Viewer<'_> {
        if self.reads_all { Viewer::Admin(&self.id) } else { Viewer::Owner(&self.id) }
    }
}

impl<'a> Viewer<'a> {
    pub fn to_owned_viewer(self) -> OwnedViewer {
        OwnedViewer { id: self.id().to_owned(), reads_all: self.reads_all() }
    }

    pub fn id(self) -> &'a str {
        match self {
            Self::Owner(id) | Self::Admin(id) => id,
        }
    }

    /// Returns whether the viewer may read the portfolios of all users.
    pub fn reads_all(self) -> bool {
        matches!(self, Self::Admin(_))
    }

    /// Returns whether the viewer may read the portfolios of `owner`.
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
