//! The verified session of a request.

/// A verified session of a signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub user_id: String,
    pub session_id: String,
    /// The person who is impersonating the user; `None` without impersonation.
    pub actor: Option<Actor>,
}

impl Session {
    /// Returns whether both sessions have the same user and the same actor.
    pub fn is_of_same_person(&self, other: &Self) -> bool {
        (&self.user_id, &self.actor) == (&other.user_id, &other.actor)
    }
}

/// Id of a person who impersonates a user, such as a support agent who needs to see what the user
/// sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);
