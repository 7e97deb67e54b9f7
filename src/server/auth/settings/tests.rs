//! Tests which environment variables are accepted, and how problems are reported.

use super::{AuthSettings, ClerkSettings, Mode};

fn read(variables: &[(&str, &str)]) -> (Option<AuthSettings>, Vec<String>) {
    let mut problems = Vec::new();
    let get =
        |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
    (AuthSettings::read(&get, &mut problems), problems)
}

fn clerk(more: &[(&str, &str)]) -> ClerkSettings {
    let (settings, problems) =
        read(&[&[("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com")], more].concat());
    assert_eq!(problems, Vec::<String>::new());
    let Mode::Clerk(clerk) = settings.unwrap().mode else { panic!("expected Clerk mode") };
    clerk
}

#[test]
fn defaults_to_dev_mode() {
    assert_eq!(read(&[]), (Some(AuthSettings { mode: Mode::Dev, admins: Vec::new() }), Vec::new()));
}

#[test]
fn needs_only_an_issuer() {
    let clerk = clerk(&[]);
    assert_eq!(clerk.issuer, "https://clerk.example.com");
    assert_eq!(clerk.jwks_url.as_str(), "https://clerk.example.com/.well-known/jwks.json");
    assert!(clerk.authorized_parties.is_empty());
}

#[test]
fn ignores_trailing_slash_of_issuer() {
    let (settings, _) = read(&[("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com/")]);
    let Mode::Clerk(clerk) = settings.unwrap().mode else { panic!("expected Clerk mode") };
    assert_eq!(clerk.issuer, "https://clerk.example.com");
}

#[test]
fn reads_optional_clerk_settings() {
    let clerk = clerk(&[
        ("CLERK_JWKS_URL", "http://127.0.0.1:9/keys"),
        ("CLERK_AUTHORIZED_PARTIES", "https://a.example, http://localhost:3000"),
        ("CLERK_PUBLISHABLE_KEY", "pk_test_abc"),
        ("CLERK_JS_URL", "https://cdn.example/clerk.js"),
    ]);
    assert_eq!(clerk.jwks_url.as_str(), "http://127.0.0.1:9/keys");
    assert_eq!(clerk.authorized_parties, ["https://a.example", "http://localhost:3000"]);
    assert_eq!(clerk.publishable_key.as_deref(), Some("pk_test_abc"));
    assert_eq!(clerk.js_url.as_deref(), Some("https://cdn.example/clerk.js"));
}

#[test]
fn reads_list_of_admins() {
    let admins = |value| read(&[("ADMIN_USER_IDS", value)]).0.unwrap().admins;
    assert_eq!(admins("user_1, user_2,"), ["user_1", "user_2"]);
    assert!(admins(" , ").is_empty());
}

#[test]
fn names_unknown_and_accepted_modes() {
    let (settings, problems) = read(&[("AUTH", "auth0")]);
    assert_eq!(problems, ["AUTH=auth0 is not accepted. Accepted: dev, clerk."]);
    assert!(settings.is_none());
}

#[test]
fn refuses_clerk_variables_in_dev_mode() {
    for name in super::CLERK_VARIABLES {
        for mode in [&[][..], &[("AUTH", "dev")]] {
            let (_, problems) = read(&[mode, &[(name, "sk_live_secret")]].concat());
            assert_eq!(problems.len(), 1);
            assert!(problems[0].contains(name) && problems[0].contains("AUTH=clerk"), "{problems:?}");
            assert!(!problems[0].contains("sk_live_secret"));
        }
    }
}

#[test]
fn reports_missing_issuer() {
    let (settings, problems) = read(&[("AUTH", "clerk")]);
    assert!(settings.is_none() && problems.len() == 1 && problems[0].contains("CLERK_ISSUER"), "{problems:?}");
}

#[test]
fn names_refused_and_accepted_values() {
    for (name, value) in [
        ("CLERK_ISSUER", "clerk.example.com"),
        ("CLERK_ISSUER", "http://clerk.example.com"),
        ("CLERK_JWKS_URL", "file:///keys"),
        ("CLERK_JWKS_URL", "http://clerk.example.com/keys"),
        ("CLERK_JS_URL", "javascript:alert(1)"),
        ("CLERK_AUTHORIZED_PARTIES", "https://a.example/"),
        ("CLERK_AUTHORIZED_PARTIES", "https://a.example,b.example"),
        ("CLERK_AUTHORIZED_PARTIES", ","),
    ] {
        let all = [(name, value), ("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com")];
        let (settings, problems) = read(&all);
        assert!(settings.is_none() && problems.len() == 1, "{problems:?}");
        assert!(problems[0].contains(&format!("{name}={value}")) && problems[0].contains("Accepted"), "{problems:?}");
    }
}

#[test]
fn reports_all_problems_without_secrets() {
    let (_, problems) = read(&[
        ("AUTH", "clerk"),
        ("CLERK_ISSUER", "ftp://x"),
        ("CLERK_JWKS_URL", "https://me:secret@host/keys"),
        ("CLERK_PUBLISHABLE_KEY", "sk_live_secret"),
        ("CLERK_AUTHORIZED_PARTIES", "*"),
    ]);
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(!problems.join(" ").contains("secret"));
}
