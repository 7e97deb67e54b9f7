//! Overrides the status that a page receives: sets fields, so that a test can show any status, and
//! changes fields, so that a test can be seen to fail.
//!
//! Affects only the page (its first HTML, which is rendered again, and its polls); the API for
//! programs reports the truth. The page's data does not include the log, so its lines are read from
//! the setups.

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
        util::viewer::Viewer,
        web::{AppState, live_page},
    },
};
use scripted::ReadScript;
use serde_json::{Map, Value};
use status::Status;

/// Changes every field that says something about a run, but for [`KEPT`].
const EVERYTHING: &str = "*";

/// What is changed only where a test names it: what a poll goes by, what names things to programs, and the states,
/// whose change would hide that of everything else.
const KEPT: [&str; 9] =
    ["portfolio_id", "attempt", "attempts", "version", "seq", "last_seq", "phase_id", "next_poll_ms", "status"];

/// A layer over all routes.
pub async fn tell(State((state, script)): State<(AppState, ReadScript)>, mut request: Request, next: Next) -> Response {
    let script = script();
    let told = Told { set: script.set, change: script.change };
    let (is_page, is_poll) =
        (request.uri().path() == "/onboarding/progress", request.uri().path() == "/api/page/status");
    if told.is_the_truth() || !(is_page || is_poll) {
        return next.run(request).await;
    }
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let uri = request.uri().clone();
    if is_poll {
        ask_for_all(request.uri_mut());
    }
    let (mut parts, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the answer of a handler here arrives");
    let text = std::str::from_utf8(&body).unwrap_or_default();
    if is_page && let Some(data) = page_data(text) {
        let view = told.page(&state, data).await;
        return live_page(&state, uri, view, Account::Unknown).await;
    }
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(mut answer) if is_poll && answer["changed"].is_object() => {
            told.status(&mut answer["changed"]);
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(answer.to_string())
        }
        _ => Body::from(body),
    };
    Response::from_parts(parts, body)
}

/// Makes a poll one by a page that knows nothing: "nothing changed" would keep what is set from it.
fn ask_for_all(uri: &mut Uri) {
    let query = uri.query().unwrap_or_default();
    let parameters = query.split('&').map(|pair| if pair.starts_with("version=") { "version=0" } else { pair });
    let address = format!("{}?{}", uri.path(), parameters.collect::<Vec<_>>().join("&"));
    *uri = address.parse().expect("an address with another number in it is one");
}

/// The data that a live page carries.
fn page_data(html: &str) -> Option<Value> {
    let (_, rest) = html.split_once(&format!("id=\"{DATA_ELEMENT}\">"))?;
    serde_json::from_str(rest.split_once("</script>")?.0).ok()
}

/// The entries of the attempt that a page shows.
async fn shown_entries(state: &AppState, status: &Value) -> Value {
    let shown: Status = serde_json::from_value(status.clone()).expect("a page carries a status");
    let id = shown.portfolio_id.parse().expect("a page names its portfolio");
    let viewer = Viewer::Admin("told");
    // A portfolio whose run is not known yet has no log.
    let entries = state.setups.status_of_attempt(viewer, id, shown.attempt).await.map(|status| status.activity_log);
    serde_json::to_value(entries.unwrap_or_default()).expect("entries are JSON")
}

struct Told {
    /// A patch of the status, as RFC 7396 has it; of a list, by number: `{"phases": {"3": {"warnings": 2}}}`.
    set: Value,
    /// Names of fields whose values are changed.
    change: Vec<String>,
}

impl Told {
    fn is_the_truth(&self) -> bool {
        self.set.is_null() && self.change.is_empty()
    }

    async fn page(&self, state: &AppState, mut data: Value) -> ProgressView {
        data["status"]["activity_log"] = shown_entries(state, &data["status"]).await;
        self.status(&mut data["status"]);
        if self.changes("dashboard_url") {
            change(&mut data["dashboard_url"], "dashboard_url");
        }
        let data: PageData = serde_json::from_value(data).expect("a page can be told this");
        let PageData { status, dashboard_url, sign_in_url, read_only, .. } = data;
        let (data, entries) = PageData::split(status);
        ProgressView { data: PageData { dashboard_url, sign_in_url, read_only, ..data }, entries }
    }

    fn status(&self, status: &mut Value) {
        if !self.set.is_null() {
            set(status, &self.set);
        }
        if let Some(fields) = status.as_object_mut() {
            self.change_in(fields);
        }
    }

    fn changes(&self, name: &str) -> bool {
        self.change.iter().any(|of| of == name || of == EVERYTHING && !KEPT.contains(&name))
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
                set(item.expect("a list is patched by the number of an item"), patch);
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

/// Another value of the same kind.
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
