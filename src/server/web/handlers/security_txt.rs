//! `/.well-known/security.txt` (RFC 9116): the contact for reporting vulnerabilities, if the
//! operator has configured one.

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

/// How long a downloaded `security.txt` is valid. RFC 9116 recommends less than a year. Each
/// response gets a new expiry date, so the server never serves an expired file.
const VALIDITY: TimeDelta = TimeDelta::days(180);

/// Returns the route of `security.txt`, or no route if no contact is configured. The file is public
/// in every auth mode.
pub fn routes(config: &Config) -> Router<AppState> {
    let Some(contact) = config.security_contact.clone() else { return Router::new() };
    Router::new().route("/.well-known/security.txt", get(async move || respond(&contact)))
}

fn respond(contact: &SecurityContact) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, text(contact, Utc::now())).into_response()
}

/// Returns the content of `security.txt`. The field `Canonical` is omitted, because the server does
/// not know its public address.
fn text(contact: &SecurityContact, now: DateTime<Utc>) -> String {
    let expires = (now + VALIDITY).to_rfc3339_opts(SecondsFormat::Secs, true);
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
