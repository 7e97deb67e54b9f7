//! Which environments are accepted, and what is said of the others.

use super::{AuthSettings, ClerkSettings, Mode};

fn read(variables: &[(&str, &str)]) -> (Option<AuthSettings>, Vec<String>) {
    let mut problems = Vec::new();
    let get = |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
    (AuthSettings::read(&get, &mut problems), problems)
}

fn clerk(more: &[(&str, &str)]) -> ClerkSettings {
    let (settings, problems) =
        read(&[&[("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com")], more].concat());
    assert_eq!(problems, Vec::<String>::new());
    let Mode::Clerk(clerk) = settings.unwrap().mode else { panic!("it is Clerk") };
    clerk
}

#[test]
fn without_any_variable_nobody_signs_in() {
    assert_eq!(read(&[]), (Some(AuthSettings { mode: Mode::Dev, admins: Vec::new() }), Vec::new()));
}

#[test]
fn an_issuer_is_all_that_is_needed() {
    let clerk = clerk(&[]);
    assert_eq!(clerk.issuer, "https://clerk.example.com");
    assert_eq!(clerk.jwks_url.as_str(), "https://clerk.example.com/.well-known/jwks.json");
    assert!(clerk.authorized_parties.is_empty());
}

#[test]
fn a_slash_at_the_end_of_the_issuer_is_not_part_of_it() {
    let (settings, _) = read(&[("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com/")]);
    let Mode::Clerk(clerk) = settings.unwrap().mode else { panic!("it is Clerk") };
    assert_eq!(clerk.issuer, "https://clerk.example.com");
}

#[test]
fn everything_else_can_be_given() {
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
fn admins_are_a_list() {
    let admins = |value| read(&[("ADMIN_USER_IDS", value)]).0.unwrap().admins;
    assert_eq!(admins("user_1, user_2,"), ["user_1", "user_2"]);
    assert!(admins(" , ").is_empty());
}

#[test]
fn an_unknown_mode_is_named_with_those_there_are() {
    let (settings, problems) = read(&[("AUTH", "auth0")]);
    assert_eq!(problems, ["AUTH=auth0 is not accepted. Accepted: dev, clerk."]);
    assert!(settings.is_none());
}

#[test]
fn without_sign_in_no_variable_of_clerk_is_accepted() {
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
fn a_missing_issuer_is_named() {
    let (settings, problems) = read(&[("AUTH", "clerk")]);
    assert!(settings.is_none() && problems.len() == 1 && problems[0].contains("CLERK_ISSUER"), "{problems:?}");
}

#[test]
fn each_refused_value_is_named_with_what_is_accepted() {
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
fn all_problems_are_told_at_once_and_none_repeats_a_secret() {
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
