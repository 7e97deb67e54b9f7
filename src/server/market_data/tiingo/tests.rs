use super::{Answer, ProviderError, read, resets};

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        content_type: "application/json".to_owned(),
        retry_after_seconds: None,
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn closes_are_in_todays_shares_and_the_day_of_the_split_already_is() {
    let body = r#"[
        {"date":"2024-06-06T00:00:00.000Z","close":1200.0,"adjClose":119.9,"splitFactor":1.0},
        {"date":"2024-06-07T00:00:00.000Z","close":121.0,"adjClose":120.9,"splitFactor":10.0},
        {"date":"2024-06-10T00:00:00.000Z","close":122.0,"adjClose":121.9,"splitFactor":1.0}]"#;
    let closes: Vec<_> = read(&answer(200, body)).unwrap().iter().map(|bar| bar.close.unwrap()).collect();
    assert_eq!(closes, [120.0, 121.0, 122.0]);
}

#[test]
fn every_later_split_counts_whatever_the_order_of_the_days() {
    let body = r#"[
        {"date":"2024-06-07T00:00:00.000Z","close":70.0,"splitFactor":2.0},
        {"date":"2024-06-05T00:00:00.000Z","close":600.0},
        {"date":"2024-06-06T00:00:00.000Z","close":210.0,"splitFactor":3.0},
        {"date":"2024-06-06T00:00:00.000Z","close":210.0,"splitFactor":0.0}]"#;
    let closes: Vec<_> = read(&answer(200, body)).unwrap().iter().map(|bar| bar.close.unwrap()).collect();
    assert_eq!(closes, [70.0, 100.0, 105.0, 105.0]);
}

/// 8 MB is the most that is read of an answer.
#[test]
fn an_answer_that_is_all_splits_costs_no_more_than_another_one() {
    let day = r#"{"date":"2024-06-06T00:00:00Z","close":1,"splitFactor":2}"#;
    let days = 8_000_000 / (day.len() + 1);
    let body = format!("[{}]", vec![day; days].join(","));
    let begun = std::time::Instant::now();
    assert_eq!(read(&answer(200, &body)).unwrap().len(), days);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn a_null_is_a_missing_price_and_not_the_end() {
    let body = r#"[{"date":"2024-06-06T00:00:00.000Z","close":null,"adjClose":1.0}]"#;
    assert_eq!(read(&answer(200, body)).unwrap()[0].close, None);
}

#[test]
fn each_refusal_has_its_kind() {
    let kind = |status, body| read(&answer(status, body)).unwrap_err();
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
fn whatever_else_arrives_is_malformed_and_says_how() {
    for (status, body, what) in [
        (200, "Service page", "not JSON"),
        (200, r#"[{"date":"2024-06-06T00:00"#, "cut off"),
        (200, r#"{"a":1}"#, "not a list of days"),
        (404, "<html>", "404"),
        (302, "", "302"),
    ] {
        let error = read(&answer(status, body)).unwrap_err();
        assert!(matches!(error, ProviderError::Malformed { .. }) && error.to_string().contains(what), "{error}");
    }
    let html = Answer { content_type: "text/html".to_owned(), ..answer(200, "[]") };
    assert!(matches!(read(&html), Err(ProviderError::Malformed { .. })));
}

#[test]
fn an_hourly_allowance_is_renewed_at_the_full_hour_and_a_monthly_one_at_an_unknown_time() {
    let now = "2026-01-09T13:20:00Z".parse().unwrap();
    assert_eq!(resets(b"You have run over your hourly request allocation.", now), "2026-01-09T14:00:00Z".parse().ok());
    assert_eq!(resets(b"You have run over your daily request allocation.", now), "2026-01-10T05:00:00Z".parse().ok());
    assert_eq!(resets(b"You have run over your 500 symbol look up for this month.", now), None);
}
