//! A type for secret values that must never be printed.

use std::fmt;

/// A secret from the environment, such as an API key. `Debug` hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the secret value. Only the code that sends the secret should call this.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn hides_secret_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::new("abc")), "Secret(…)");
    }
}
