//! Tests `/.well-known/security.txt`, which says where to report vulnerabilities (RFC 9116).

use chrono::{DateTime, TimeDelta, Utc};

use crate::{harness::TestServer, issuer::Issuer};

const PATH: &str = "/.well-known/security.txt";

async fn check_contact(server: &TestServer) {
    let response = server.get(PATH).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    let text = response.text().await.unwrap();
    let fields: Vec<(&str, &str)> = text.lines().map(|line| line.split_once(": ").unwrap()).collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Contact", "Expires", "Preferred-Languages"], "{text}");
    assert_eq!((fields[0].1, fields[2].1), ("mailto:security@example.com", "en"));
    let expires: DateTime<Utc> = fields[1].1.parse().unwrap();
    let left = expires - Utc::now();
    assert!(left > TimeDelta::days(30) && left < TimeDelta::days(365), "{text}");
}

#[tokio::test]
async fn serves_the_security_contact_without_a_session() {
    let contact = ("SECURITY_CONTACT", "mailto:security@example.com".to_owned());
    check_contact(&TestServer::with_environment(vec![contact.clone()]).await).await;
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let mut environment = issuer.environment();
    environment.push(contact);
    server.set_environment(environment);
    server.boot().await;
    check_contact(&server).await;
}

#[tokio::test]
async fn serves_no_security_contact_without_one() {
    let server = TestServer::start().await;
    assert_eq!(server.get(PATH).await.status(), 404);
}
