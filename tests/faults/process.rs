//! The program in a separate process with its own folder. Tests can kill, freeze, stop and restart
//! it.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Client, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long to wait for something to happen before the test fails.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A CSV file with seven positions. A run of these positions needs the prices of about 25 symbols,
/// including those of the factors.
pub const POSITIONS: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date\n\
    AAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\nJPM,-20,49.63,2019-12-31\nXOM,7,60,2019-12-31\n\
    WMT,3,110,2019-12-31\nPG,4,110,2019-12-31\nUNH,1,280,2019-12-31\n";

/// A server process, and the folder with its database and its fault script.
pub struct Server {
    folder: Arc<TempDir>,
    child: Child,
    pub base: String,
    pub client: Client,
}

impl Server {
    /// Starts a server process with an empty database and the given fault script.
    pub async fn start(script: Value) -> Self {
        Self::start_in(Arc::new(TempDir::new().unwrap()), Some(script)).await
    }

    /// Starts a second server process that shares the database and the fault script of this one.
    pub async fn start_second(&self) -> Self {
        Self::start_in(self.folder.clone(), None).await
    }

    async fn start_in(folder: Arc<TempDir>, script: Option<Value>) -> Self {
        if let Some(script) = script {
            write_script(folder.path(), &script);
        }
        let (child, base) = spawn(folder.path());
        let server = Self { folder, child, base, client: Client::builder().timeout(PATIENCE).build().unwrap() };
        server.wait_until_ready().await;
        server
    }

    /// Replaces the fault script. The process reads it again before each operation.
    pub fn script(&self, script: &Value) {
        write_script(self.folder.path(), script);
    }

    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("test.db").display())
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn is_dead(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub async fn wait_for_exit(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_dead() {
            assert!(Instant::now() < deadline, "the process did not exit");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }

    /// Waits until the process exits, and returns its exit code.
    pub async fn exit_code(&mut self) -> Option<i32> {
        self.wait_for_exit().await;
        self.child.wait().unwrap().code()
    }

    /// Restarts the process with the same database but on another port.
    pub async fn restart(&mut self) {
        (self.child, self.base) = spawn(self.folder.path());
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let response = self.client.get(format!("{}/readyz", self.base)).send().await;
            if response.is_ok_and(|response| response.status() == StatusCode::OK) {
                return;
            }
            assert!(Instant::now() < deadline, "the server never became ready: {}", self.errors());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Returns what all processes that used this folder have written to stderr.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// Uploads a portfolio and returns its id, or `None` if the server rejects the upload or does
    /// not respond.
    pub async fn create(&self, name: &str, csv: &str) -> Option<String> {
        let file = Part::bytes(csv.as_bytes().to_vec()).file_name("positions.csv");
        let form = Form::new().text("portfolio_name", name.to_owned()).part("csv_file", file);
        let request = self.client.post(format!("{}/api/v1/onboarding/portfolios", self.base)).multipart(form);
        let created = request.send().await.ok().filter(|response| response.status() == StatusCode::CREATED)?;
        let body: Value = created.json().await.ok()?;
        Some(body["portfolio_id"].as_str().unwrap().to_owned())
    }

    /// Retries the run of a portfolio. Returns whether the server accepted the retry.
    pub async fn retry(&self, id: &str) -> bool {
        let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry", self.base);
        self.client.post(url).send().await.unwrap().status() == StatusCode::ACCEPTED
    }

    /// Deletes a portfolio and returns the HTTP status code.
    pub async fn delete(&self, id: &str) -> StatusCode {
        let url = format!("{}/api/v1/onboarding/portfolios/{id}", self.base);
        self.client.delete(url).send().await.unwrap().status()
    }

    /// Returns the status of a portfolio's run, with the log entries whose sequence number is
    /// greater than `after`. Returns `None` if the server does not respond.
    pub async fn status(&self, id: &str, after: u64) -> Option<Value> {
        let url = format!("{}/api/v1/onboarding/status/{id}?after={after}", self.base);
        self.client.get(url).send().await.ok()?.json().await.ok()
    }

    /// Polls the status of a portfolio's run until it meets the condition, and returns that status.
    pub async fn wait_until(&self, id: &str, is_met: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.status(id, 0).await.unwrap_or_default();
            if is_met(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "the condition was never met: {status:#}\n{}", self.errors());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn wait_for_end(&self, id: &str) -> Value {
        self.wait_until(id, |status| status["status"] == "completed" || status["status"] == "failed").await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a fault script that only delays each price request, by `delay_ms` milliseconds.
pub fn pace(delay_ms: u64) -> Value {
    json!({"delay_ms": delay_ms})
}

fn write_script(folder: &Path, script: &Value) {
    // The file is replaced atomically because the process may read it at any moment.
    let next = folder.join("script.next");
    std::fs::write(&next, script.to_string()).unwrap();
    std::fs::rename(next, folder.join("script.json")).unwrap();
}

fn spawn(folder: &Path) -> (Child, String) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stderr = File::options().create(true).append(true).open(folder.join("stderr")).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_scripted_server"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LEPTOS_SITE_ADDR", address.to_string())
        .env("DATABASE_URL", format!("sqlite://{}", folder.join("test.db").display()))
        .env("SCRIPT", folder.join("script.json"))
        .env("BATCH_WORKERS", "4")
        .env("RUST_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .unwrap();
    (child, format!("http://{address}"))
}
