//! Tests the support page, which only admins can read, and the support code in the server's log.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

/// A server as a separate process, and the tokens of an ordinary user and an admin.
struct Support {
    server: TestServer,
    user: String,
    admin: String,
    _issuer: Issuer,
}

impl Support {
    async fn start() -> Self {
        let issuer = Issuer::start().await;
        let mut environment = issuer.environment();
        environment.push(("ADMIN_USER_IDS", "user_admin".to_owned()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let token = |user: &str| {
            first().token(&issuer.claims_with(json!({"sub": user, "iat": now, "nbf": now, "exp": now + 600})))
        };
        let (user, admin) = (token("user_1"), token("user_admin"));
        Self { server: TestServer::start_process(environment).await, user, admin, _issuer: issuer }
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.server.client.get(format!("{}{path}", self.server.base)).bearer_auth(token).send().await.unwrap()
    }

    /// Uploads a portfolio of the ordinary user. Returns its id and the support code of its run.
    async fn upload(&self, name: &str, csv: &str) -> (String, String) {
        let request = self.server.client.post(format!("{}/api/v1/onboarding/portfolios", self.server.base));
        let request = request.bearer_auth(&self.user).multipart(form(name, csv.to_owned()));
        let created: Value = request.send().await.unwrap().json().await.unwrap();
        let id = created["portfolio_id"].as_str().unwrap().to_owned();
        let status: Value =
            self.get(&format!("/api/v1/onboarding/status/{id}"), &self.user).await.json().await.unwrap();
        (id, status["support_code"].as_str().unwrap().to_owned())
    }

    async fn wait_for_end(&self, id: &str) {
        let path = format!("/api/v1/onboarding/status/{id}");
        while self.get(&path, &self.user).await.json::<Value>().await.unwrap()["status"] == "running" {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn leads_from_code_to_live_page() {
    let support = Support::start().await;
    let (id, code) = support.upload("Looked for", THREE_POSITIONS).await;
    let typed = code.replace('-', "+").to_lowercase();
    let response = support.get(&format!("/admin?code={typed}"), &support.admin).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let live_page = response.headers()["location"].to_str().unwrap();
    assert_eq!(live_page, format!("/onboarding/progress?portfolioId={id}&attempt=1"));
    let page = support.get(live_page, &support.admin).await.text().await.unwrap();
    assert!(page.contains("Viewing as admin (read-only)."), "{page}");
}

#[tokio::test]
async fn addresses_no_admin_as_the_owner() {
    let support = Support::start().await;
    let (id, _) = support.upload("Read by others", THREE_POSITIONS).await;
    support.wait_for_end(&id).await;
    for (path, owners, others) in [
        (format!("/onboarding/progress?portfolioId={id}"), "Your portfolio \"", "The portfolio \""),
        (format!("/portfolios/{id}"), "Download your file", "Download the file"),
        (format!("/portfolios/{id}"), "Your portfolio lost", "The portfolio lost"),
    ] {
        let owners_page = support.get(&path, &support.user).await.text().await.unwrap();
        assert!(owners_page.contains(owners), "{owners}: {owners_page}");
        let page = support.get(&path, &support.admin).await.text().await.unwrap();
        assert!(page.contains(others) && !page.contains(owners), "{others}: {page}");
    }
}

#[tokio::test]
async fn says_which_codes_lead_nowhere() {
    let support = Support::start().await;
    for (code, answer) in [
        ("000-000", "No run has the support code 000-000. Its portfolio may be deleted."),
        ("nonsense", "A support code has six letters and digits, such as K7Q-M2X."),
        ("%3Cscript%3E", "A support code has six letters and digits, such as K7Q-M2X."),
    ] {
        let response = support.get(&format!("/admin?code={code}"), &support.admin).await;
        assert_eq!(response.status(), 200, "{code}");
        let page = response.text().await.unwrap();
        assert!(page.contains(answer) && !page.contains("<script>"), "{code}: {page}");
    }
}

#[tokio::test]
async fn lists_todays_runs_without_contents() {
    let support = Support::start().await;
    let (id, code) = support.upload("Secret plans", THREE_POSITIONS).await;
    let page = support.get("/admin", &support.admin).await.text().await.unwrap();
    for words in ["1 run today (UTC)", &code, "user_1", &format!("portfolioId={id}&amp;attempt=1")] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(["Running \u{b7} ", "Waiting", "Completed \u{b7} 100%"].iter().any(|state| page.contains(state)), "{page}");
    assert!(!page.contains("Secret plans") && !page.contains("AAPL"), "{page}");
}

#[tokio::test]
async fn audits_every_list_of_runs() {
    let support = Support::start().await;
    support.get("/admin", &support.admin).await;
    support.get("/admin?code=k7qm2x", &support.admin).await;
    let log = support.server.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("admin lists runs of all users")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(
        lines.iter().all(|line| line.contains("admin=\"user_admin\"") && line.contains("path=\"/admin\"")),
        "{log}"
    );
    assert!(lines[1].contains("support_code=\"K7Q-M2X\""), "{log}");
}

#[tokio::test]
async fn hides_support_page_from_others() {
    let support = Support::start().await;
    let (page, unknown) = (support.get("/admin", &support.user).await, support.get("/nothing", &support.user).await);
    assert_eq!((page.status(), unknown.status()), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(page.text().await.unwrap().contains("Page Not Found"));
    assert!(!support.server.log().contains("admin lists"));
    let link = "href=\"/admin\"";
    assert!(support.get("/", &support.admin).await.text().await.unwrap().contains(link));
    assert!(!support.get("/", &support.user).await.text().await.unwrap().contains(link));
}

#[tokio::test]
async fn opens_support_page_to_configured_local_user() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/admin").await.status(), 404);
    let server = TestServer::with_environment(vec![("ADMIN_USER_IDS", "local".to_owned())]).await;
    assert_eq!(server.get("/admin").await.status(), 200);
}

#[tokio::test]
async fn logs_support_code_with_every_line() {
    let support = Support::start().await;
    let (_, code) = support.upload("Fails", ONE_UNKNOWN).await;
    let code = format!("support_code={code}");
    let line = async |message: &str| {
        for _ in 0..500 {
            let log = support.server.log();
            if let Some(line) = log.lines().find(|line| line.contains(message)) {
                return line.to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{message} was not logged");
    };
    assert!(line("run accepted").await.contains(&code));
    let failed = line("run failed").await;
    assert!(failed.contains("run{run_id=1 attempt=1 support_code=") && failed.contains(&code), "{failed}");
}
