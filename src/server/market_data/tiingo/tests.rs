use super::{ProviderError, ProviderResponse, quota_reset, read};

fn response(status: u16, body: &str) -> ProviderResponse {
    ProviderResponse {
        status,
        content_type: "application/json".to_owned(),
        retry_after_seconds: None,
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn adjusts_closes_before_split_day() {
    let body = r#"[
        {"date":"2024-06-06T00:00:00.000Z","close":1200.0,"adjClose":119.9,"splitFactor":1.0},
        {"date":"2024-06-07T00:00:00.000Z","close":121.0,"adjClose":120.9,"splitFactor":10.0},
        {"date":"2024-06-10T00:00:00.000Z","close":122.0,"adjClose":121.9,"splitFactor":1.0}]"#;
    let closes: Vec<_> = read(&response(200, body)).unwrap().iter().map(|bar| bar.close.unwrap()).collect();
    assert_eq!(closes, [120.0, 121.0, 122.0]);
}

#[test]
fn applies_all_later_splits_to_unsorted_days() {
    let body = r#"[
        {"date":"2024-06-07T00:00:00.000Z","close":70.0,"splitFactor":2.0},
        {"date":"2024-06-05T00:00:00.000Z","close":600.0},
        {"date":"2024-06-06T00:00:00.000Z","close":210.0,"splitFactor":3.0},
        {"date":"2024-06-06T00:00:00.000Z","close":210.0,"splitFactor":0.0}]"#;
    let closes: Vec<_> = read(&response(200, body)).unwrap().iter().map(|bar| bar.close.unwrap()).collect();
    assert_eq!(closes, [70.0, 100.0, 105.0, 105.0]);
}

/// Reads a response of the maximum accepted size, 8 MB, in which every day has a split.
#[test]
fn reads_response_full_of_splits_quickly() {
    let day = r#"{"date":"2024-06-06T00:00:00Z","close":1,"splitFactor":2}"#;
    let days = 8_000_000 / (day.len() + 1);
    let body = format!("[{}]", vec![day; days].join(","));
    let start = std::time::Instant::now();
    assert_eq!(read(&response(200, &body)).unwrap().len(), days);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn treats_null_as_missing_price() {
    let body = r#"[{"date":"2024-06-06T00:00:00.000Z","close":null,"adjClose":1.0}]"#;
    assert_eq!(read(&response(200, body)).unwrap()[0].close, None);
}

#[test]
fn maps_tiingo_responses_to_error_kinds() {
    let kind = |status, body| read(&response(status, body)).unwrap_err();
    assert_eq!(kind(404, r#"{"detail":"Not found."}"#), ProviderError::NotFound("unknown to Tiingo".to_owned()));
    let refused = ProviderError::Unauthorized { provider: "Tiingo", variable: "TIINGO_API_KEY" };
    assert_eq!(kind(401, r#"{"detail":"Invalid token."}"#), refused);
    assert_eq!(kind(403, r#"{"detail":"Invalid token."}"#), refused);
    assert!(matches!(kind(429, "Too many"), ProviderError::RateLimited { .. }));
    for (status, body) in [
        (200, "You have run over your hourly request allocation."),
        (200, r#"{"detail":"Error: You have run over your hourly request allocation."}"#),
        (429, r#"{"detail":"Error: You have run over your daily request allocation."}"#),
        (403, "You have run over your 500 symbol look up for this month."),
    ] {
        assert!(matches!(kind(status, body), ProviderError::QuotaExhausted { .. }), "{status} {body}");
    }
    assert!(matches!(kind(200, "[]"), ProviderError::Empty { .. }));
}

#[test]
fn reports_malformed_responses_with_reason() {
    for (status, body, what) in [
        (200, "Service page", "not JSON"),
        (200, r#"[{"date":"2024-06-06T00:00"#, "cut off"),
        (200, r#"{"a":1}"#, "not a list of days"),
        (404, "<html>", "404"),
        (302, "", "302"),
    ] {
        let error = read(&response(status, body)).unwrap_err();
        assert!(matches!(error, ProviderError::Malformed { .. }) && error.to_string().contains(what), "{error}");
    }
    let html = ProviderResponse { content_type: "text/html".to_owned(), ..response(200, "[]") };
    assert!(matches!(read(&html), Err(ProviderError::Malformed { .. })));
}

#[test]
fn determines_reset_of_hourly_daily_and_monthly_quota() {
    let now = "2026-01-09T13:20:00Z".parse().unwrap();
    assert_eq!(
        quota_reset(b"You have run over your hourly request allocation.", now),
        "2026-01-09T14:00:00Z".parse().ok()
    );
    assert_eq!(
        quota_reset(b"You have run over your daily request allocation.", now),
        "2026-01-10T05:00:00Z".parse().ok()
    );
    assert_eq!(quota_reset(b"You have run over your 500 symbol look up for this month.", now), None);
}
