//! Overrides the status that pages receive. A test can set fields of the status to show any state
//! of a run. A test run can also change fields to wrong values, to prove that the page tests detect
//! wrong values.
//!
//! Only pages are affected: the initial HTML of a page is rendered again with the new status, and
//! the responses to its polls are changed. The REST API still returns the true status. The data
//! embedded in a page's HTML includes neither the log nor the findings, so these are read from the
//! setup service. Findings are changed in the words of their HTML.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Uri, header},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use portfolio_setup::{
    live_page::{DATA_ELEMENT, PageData},
    pages::{document::Account, progress::ProgressView},
    server::{
        findings::all_for_page,
        tracker::RunView,
        util::viewer::Viewer,
        web::{AppState, live_page},
    },
};
use scripted::ReadScript;
use serde_json::{Map, Value};
use status::{Found, Status};

/// Wildcard in a list of field names. It means all fields except [`UNCHANGED_BY_WILDCARD`].
const ALL_FIELDS: &str = "*";

/// Fields that [`ALL_FIELDS`] does not include. They get a wrong value only if a test names them.
/// They are ids, fields that control polling, and `status`. A wrong `status` would hide the wrong
/// values of all other fields.
const UNCHANGED_BY_WILDCARD: [&str; 9] =
    ["portfolio_id", "attempt", "attempts", "version", "seq", "last_seq", "phase_id", "next_poll_ms", "status"];

/// Middleware for all routes. Overrides the status in live pages and in the responses to their
/// polls.
pub async fn override_status(
    State((state, script)): State<(AppState, ReadScript)>,
    mut request: Request,
    next: Next,
) -> Response {
    let script = script();
    let status_override = StatusOverride { set: script.set, change: script.change };
    let (is_page, is_poll) =
        (request.uri().path() == "/onboarding/progress", request.uri().path() == "/api/page/status");
    if status_override.is_empty() || !(is_page || is_poll) {
        return next.run(request).await;
    }
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let uri = request.uri().clone();
    if is_poll {
        request_full_status(request.uri_mut());
    }
    let (mut parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the body of a local response is readable");
    let text = std::str::from_utf8(&body).unwrap_or_default();
    if is_page && let Some(data) = page_data(text) {
        let view = status_override.apply_to_page(&state, data).await;
        return live_page(&state, uri, view, Account::Unknown).await;
    }
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(mut poll_response) if is_poll && poll_response["changed"].is_object() => {
            status_override.apply_to_status(&mut poll_response["changed"]["status"]);
            if status_override.changes("html") {
                poll_response["changed"]["found"].as_array_mut().into_iter().flatten().for_each(change_html);
            }
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(poll_response.to_string())
        }
        _ => Body::from(body),
    };
    Response::from_parts(parts, body)
}

/// Sets the version in the URL of a poll to 0, so that the response contains the full status.
/// Otherwise, the response might only report that nothing has changed, without any fields to
/// override.
fn request_full_status(uri: &mut Uri) {
    let query = uri.query().unwrap_or_default();
    let parameters = query.split('&').map(|pair| if pair.starts_with("version=") { "version=0" } else { pair });
    let address = format!("{}?{}", uri.path(), parameters.collect::<Vec<_>>().join("&"));
    *uri = address.parse().expect("the address is valid with another version");
}

/// Extracts the JSON data embedded in a live page.
fn page_data(html: &str) -> Option<Value> {
    let (_, rest) = html.split_once(&format!("id=\"{DATA_ELEMENT}\">"))?;
    serde_json::from_str(rest.split_once("</script>")?.0).ok()
}

/// Returns the log entries and the findings of the attempt that a page shows.
async fn shown_html(state: &AppState, status: &Value) -> (Value, Vec<Found>) {
    let shown: Status = serde_json::from_value(status.clone()).expect("page data contains a status");
    let id = shown.portfolio_id.parse().expect("a status contains its portfolio id");
    let viewer = Viewer::Admin("status_override");
    // A portfolio without runs has no log.
    let view = state.setups.view_of_attempt(viewer, id, shown.attempt).await;
    let (entries, found) = match view {
        Ok(RunView { status, found }) => (status.activity_log, all_for_page(&found)),
        Err(_) => Default::default(),
    };
    (serde_json::to_value(entries).expect("entries are JSON"), found)
}

struct StatusOverride {
    /// Fields to set, as a JSON merge patch of the status (RFC 7396). List items are patched by
    /// index, such as `{"phases": {"3": {"warnings": 2}}}`.
    set: Value,
    /// Names of the fields to replace with wrong values.
    change: Vec<String>,
}

impl StatusOverride {
    fn is_empty(&self) -> bool {
        self.set.is_null() && self.change.is_empty()
    }

    async fn apply_to_page(&self, state: &AppState, mut data: Value) -> ProgressView {
        let (entries, mut found) = shown_html(state, &data["status"]).await;
        data["status"]["activity_log"] = entries;
        if self.changes("html") {
            for found in &mut found {
                found.html = changed_words(&found.html);
            }
        }
        self.apply_to_status(&mut data["status"]);
        if self.changes("dashboard_url") {
            change(&mut data["dashboard_url"], "dashboard_url");
        }
        let data: PageData = serde_json::from_value(data).expect("the overridden page data is valid");
        let PageData { status, dashboard_url, sign_in_url, read_only, can_correct, .. } = data;
        let (data, entries) = PageData::split(status, &found);
        let data = PageData { dashboard_url, sign_in_url, read_only, can_correct, ..data };
        ProgressView { data, entries, found }
    }

    fn apply_to_status(&self, status: &mut Value) {
        if !self.set.is_null() {
            set(status, &self.set);
        }
        if let Some(fields) = status.as_object_mut() {
            self.change_in(fields);
        }
    }

    fn changes(&self, name: &str) -> bool {
        self.change.iter().any(|field| field == name || field == ALL_FIELDS && !UNCHANGED_BY_WILDCARD.contains(&name))
    }

    fn change_in(&self, fields: &mut Map<String, Value>) {
        for (name, value) in fields {
            match value {
                Value::Object(fields) => self.change_in(fields),
                Value::Array(items) if items.iter().any(Value::is_object) => {
                    items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| self.change_in(item));
                }
                value if self.changes(name) => change(value, name),
                _ => {}
            }
        }
    }
}

fn set(value: &mut Value, patch: &Value) {
    match (value, patch) {
        (Value::Array(items), Value::Object(patches)) => {
            for (number, patch) in patches {
                let item = number.parse().ok().and_then(|number: usize| items.get_mut(number));
                set(item.expect("a list is patched by the index of an item"), patch);
            }
        }
        (Value::Object(fields), Value::Object(patches)) => {
            for (name, patch) in patches {
                set(fields.entry(name).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch.clone(),
    }
}

/// Changes the words of a finding that a poll brings.
fn change_html(found: &mut Value) {
    if let Some(html) = found["html"].as_str() {
        found["html"] = changed_words(html).into();
    }
}

/// Replaces each letter and digit of the text in `html` by the next one. Tags, and with them the
/// ids of elements, stay as they are.
fn changed_words(html: &str) -> String {
    let (mut is_markup, mut changed) = (false, String::with_capacity(html.len()));
    for character in html.chars() {
        is_markup = match character {
            '<' | '&' => true,
            '>' | ';' => false,
            _ => is_markup,
        };
        changed.push(match character {
            character if is_markup => character,
            'z' => 'a',
            'Z' => 'A',
            '9' => '0',
            character if character.is_ascii_alphanumeric() => char::from(character as u8 + 1),
            character => character,
        });
    }
    changed
}

/// Replaces a value with a different one of the same type.
fn change(value: &mut Value, name: &str) {
    let changed = match (&*value, name) {
        (Value::String(word), "status") => match word.as_str() {
            "running" | "failed" => "completed".into(),
            _ => "failed".into(),
        },
        (Value::String(word), "level") => if word == "info" { "error" } else { "info" }.into(),
        (Value::String(_), "current_phase") => "phase_6".into(),
        (Value::String(text), _) => match DateTime::parse_from_rfc3339(text) {
            Ok(time) => (time + TimeDelta::seconds(3_661)).to_utc().to_rfc3339_opts(SecondsFormat::Millis, true).into(),
            Err(_) => text.chars().rev().collect::<String>().into(),
        },
        (Value::Array(items), _) => items.iter().skip(1).cloned().collect::<Vec<_>>().into(),
        (Value::Number(number), "percent_complete") => ((number.as_u64().unwrap_or(0) + 37) % 100).into(),
        (Value::Number(number), _) => (number.as_u64().unwrap_or(0) * 2 + 3).into(),
        (Value::Bool(is_so), _) => (!is_so).into(),
        (other, _) => other.clone(),
    };
    *value = changed;
}
