//! The verified session of a request.

/// A verified session of a signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub user_id: String,
    pub session_id: String,
    /// The person who impersonates the user; `None` without impersonation.
    pub actor: Option<Actor>,
}

impl Session {
    /// Returns whether both sessions belong to the same user, and are used by the same person.
    pub fn is_of_same_person(&self, other: &Self) -> bool {
        (&self.user_id, &self.actor) == (&other.user_id, &other.actor)
    }
}

/// Id of a person who impersonates a user, such as support staff who need to see what the user
/// sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);
