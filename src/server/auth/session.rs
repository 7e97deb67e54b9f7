//! Who is signed in.

/// A session that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user_id: String,
    /// Which of theirs.
    pub session_id: String,
    /// Who uses it in their stead, where somebody does.
    pub actor: Option<Actor>,
}

impl Session {
    /// Returns whether the same person uses both, as the same user.
    pub fn is_of_same_person(&self, other: &Self) -> bool {
        (&self.user_id, &self.actor) == (&other.user_id, &other.actor)
    }
}

/// Somebody who acts as another user: support that looks at what the user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);
