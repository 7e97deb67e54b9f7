use super::Config;
use crate::server::market_data::{LiveProvider, Source, SourceSettings};

fn read(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    Config::from_env(|name| {
        variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn uses_documented_defaults_for_empty_environment() {
    let config = read(&[]).unwrap();
    assert_eq!(config.site_addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.database_url, "sqlite://data/portfolio-setup.db");
    assert_eq!(config.log_retention_days, 30);
    let defaults = SourceSettings { source: Source::Bundled, factors: None, per_minute: None, demonstration: false };
    assert_eq!(config.market_data, defaults);
}

#[test]
fn reads_chain_of_providers_with_keys_and_addresses() {
    let config = read(&[
        ("MARKET_DATA", "tiingo,polygon"),
        ("TIINGO_API_KEY", "t"),
        ("POLYGON_API_KEY", "p"),
        ("POLYGON_BASE_URL", "http://127.0.0.1:9/prefix"),
        ("MARKET_DATA_TIMEOUT_SECONDS", "3"),
    ]);
    let Source::Live(chain) = config.unwrap().market_data.source else { panic!("it is live") };
    let shown: Vec<_> = chain.iter().map(|(provider, at)| (*provider, at.base.as_str(), at.key.reveal())).collect();
    assert_eq!(
        shown,
        [
            (LiveProvider::Tiingo, "https://api.tiingo.com/", "t"),
            (LiveProvider::Polygon, "http://127.0.0.1:9/prefix", "p")
        ]
    );
    assert_eq!(chain[0].1.timeout.as_secs(), 3);
}

#[test]
fn names_each_missing_key() {
    let problems = read(&[("MARKET_DATA", "tiingo,polygon")]).unwrap_err();
    assert!(problems.len() == 2 && problems[0].contains("TIINGO_API_KEY") && problems[1].contains("POLYGON_API_KEY"));
}

#[test]
fn accepts_folder_of_price_files() {
    assert_eq!(read(&[("MARKET_DATA", "csv:/prices")]).unwrap().market_data.source, Source::Csv("/prices".into()));
}

#[test]
fn hides_password_of_rejected_provider_address() {
    let problems =
        read(&[("MARKET_DATA", "tiingo"), ("TIINGO_API_KEY", "k"), ("TIINGO_BASE_URL", "ftp://me:secret@host")]);
    let problems = problems.unwrap_err();
    assert!(problems[0].contains("TIINGO_BASE_URL") && !problems[0].contains("secret"));
}

#[test]
fn names_each_rejected_value_and_accepted_values() {
    for (name, value) in [
        ("MARKET_DATA", "yahoo"),
        ("MARKET_DATA", "tiingo,tiingo"),
        ("MARKET_DATA", "csv:"),
        ("MARKET_DATA_TIMEOUT_SECONDS", "0"),
        ("DEMONSTRATION", "maybe"),
        ("RISK_FREE_RATE", "4"),
        ("RISK_FREE_RATE", "-0.01"),
        ("RISK_FREE_RATE", "nan"),
        ("RISK_FREE_RATE", "4%"),
        ("AUTH", "none"),
        ("DATABASE_URL", "mysql://x"),
        ("LEPTOS_SITE_ADDR", "here"),
        ("MARKET_DATA_PER_MINUTE", "0"),
        ("BATCH_WORKERS", "-1"),
        ("LOG_RETENTION_DAYS", "soon"),
        ("QUOTA_PORTFOLIOS", "0"),
        ("QUOTA_ATTEMPTS", "many"),
        ("QUOTA_STORED_MB", "-1"),
        ("METRICS_ADDR", "there"),
        ("MAX_CONNECTIONS", "0"),
        ("MAX_REQUESTS", "-1"),
        ("MAX_USER_REQUESTS", "few"),
        ("MAX_BYTES", "1e6"),
        ("MAX_USER_BYTES", "0"),
        ("DASHBOARD_URL", "javascript:alert(1)"),
        ("SECURITY_CONTACT", "security@example.com"),
        ("SECURITY_CONTACT", "http://example.com/report"),
    ] {
        let problems = read(&[(name, value)]).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(&format!("{name}={value}")) && problems[0].contains("Accepted"), "{problems:?}");
    }
}

#[test]
fn reads_risk_free_rate_between_its_bounds() {
    let rate = |value: &str| read(&[("RISK_FREE_RATE", value)]).unwrap().risk_free_rate;
    assert_eq!(
        [rate(""), rate("0"), rate(" 0.045 "), rate("0.5")].map(|rate| rate.to_string()),
        ["0", "0", "0.045", "0.5"]
    );
}

#[test]
fn reports_all_problems_at_once() {
    assert_eq!(read(&[("AUTH", "x"), ("MARKET_DATA", "y"), ("BATCH_WORKERS", "z")]).unwrap_err().len(), 3);
}

#[test]
fn requires_loopback_address_without_sign_in() {
    let everywhere = ("LEPTOS_SITE_ADDR", "0.0.0.0:3000");
    assert!(read(&[everywhere]).unwrap_err()[0].contains("loopback"));
    let clerk = [everywhere, ("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com")];
    assert_eq!(read(&clerk).unwrap().site_addr.to_string(), "0.0.0.0:3000");
}

#[test]
fn reports_sign_in_problems_with_other_problems() {
    let problems = read(&[("AUTH", "clerk"), ("BATCH_WORKERS", "z")]).unwrap_err();
    assert!(problems.len() == 2 && problems[0].contains("CLERK_ISSUER"), "{problems:?}");
}

#[test]
fn hides_secrets_in_debug_output() {
    let config = read(&[
        ("MARKET_DATA", "tiingo"),
        ("TIINGO_API_KEY", "secret-1"),
        ("TIINGO_BASE_URL", "https://me:secret-2@host/path?key=secret-3"),
    ]);
    let shown = format!("{:?}", config.unwrap());
    assert!(shown.contains("host") && !shown.contains("secret"), "{shown}");
}

#[test]
fn hides_password_of_rejected_database_address() {
    let problems = read(&[("DATABASE_URL", "mysql://me:sec@ret@host/db")]).unwrap_err();
    assert!(problems[0].contains("mysql://…@host/db is not accepted"), "{problems:?}");
}

#[test]
fn hides_password_of_rejected_postgres_address() {
    let problems = read(&[("DATABASE_URL", "postgres://me:secret@host/db")]).unwrap_err();
    assert!(problems[0].contains("until the PostgreSQL store exists") && !problems[0].contains("secret"));
}
