//! The contact for vulnerability reports, read from the environment variable `SECURITY_CONTACT`.

use std::{fmt, str::FromStr};

use reqwest::Url;

use super::values::without_password;

/// A `mailto:` or `https:` URI for vulnerability reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContact(String);

/// The error returned when a string is not a valid security contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAContact;

impl SecurityContact {
    /// Description of the accepted contacts, for error messages.
    const ACCEPTED: &str = "mailto:NAME@HOST, or an address that starts with https://";

    /// Reads the contact from `SECURITY_CONTACT`, if it is set. If its value is invalid, adds a
    /// message to `problems`.
    pub(super) fn read(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<Self> {
        let value = get("SECURITY_CONTACT")?;
        let contact = value.trim().parse().ok();
        if contact.is_none() {
            let (shown, accepted) = (without_password(&value), Self::ACCEPTED);
            problems.push(format!("SECURITY_CONTACT={shown} is not accepted. Accepted: {accepted}."));
        }
        contact
    }
}

impl FromStr for SecurityContact {
    type Err = NotAContact;

    fn from_str(text: &str) -> Result<Self, NotAContact> {
        // The contact becomes a line of `security.txt`, so it must not contain a line break.
        let is_one_word = text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_contact = Url::parse(text).is_ok_and(|url| match url.scheme() {
            "mailto" => url
                .path()
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@')),
            "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
            _ => false,
        });
        if is_one_word && is_contact { Ok(Self(text.to_owned())) } else { Err(NotAContact) }
    }
}

impl fmt::Display for SecurityContact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SecurityContact;

    #[test]
    fn accepts_mail_addresses_and_encrypted_pages() {
        for (text, is_accepted) in [
            ("mailto:security@example.com", true),
            ("https://example.com/report?a=b", true),
            ("security@example.com", false),
            ("mailto:security", false),
            ("mailto:@example.com", false),
            ("mailto:security@", false),
            ("mailto:a@b@c", false),
            ("http://example.com/report", false),
            ("https://me:secret@example.com", false),
            ("https://", false),
            ("tel:+1-201-555-0123", false),
            ("mailto:security@example.com\nExpires: 2000-01-01T00:00:00Z", false),
            ("https://example.com/a b", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<SecurityContact>().is_ok(), is_accepted, "{text:?}");
        }
    }
}
