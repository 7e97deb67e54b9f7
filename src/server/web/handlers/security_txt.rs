//! `/.well-known/security.txt` (RFC 9116): where to report a vulnerability, if a contact is set.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::server::{
    config::{Config, security_contact::SecurityContact},
    web::state::AppState,
};

/// Validity of the file; the RFC recommends less than a year. Computed again for each answer, so it
/// expires only after the server has stopped.
const HOLDS: TimeDelta = TimeDelta::days(180);

/// Serves the file where there is a contact: everybody may read it, in every auth mode.
pub fn routes(config: &Config) -> Router<AppState> {
    let Some(contact) = config.security_contact.clone() else { return Router::new() };
    Router::new().route("/.well-known/security.txt", get(async move || answer(&contact)))
}

fn answer(contact: &SecurityContact) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, text(contact, Utc::now())).into_response()
}

/// The file. It has no `Canonical`: the server does not know its own public address.
fn text(contact: &SecurityContact, now: DateTime<Utc>) -> String {
    let expires = (now + HOLDS).to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn writes_contact_and_expiry() {
        let contact = "https://example.com/security".parse().unwrap();
        assert_eq!(
            text(&contact, "2026-07-05T10:11:12.345Z".parse().unwrap()),
            "Contact: https://example.com/security\nExpires: 2027-01-01T10:11:12Z\nPreferred-Languages: en\n"
        );
    }
}
