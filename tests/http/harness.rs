//! A test server on a free port with its own database, and helpers that send requests to it.

use std::{
    fmt::{Display, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use portfolio_setup::server::{
    auth::{Auth, Clock},
    config::Config,
    market_data,
    setups::SetupService,
    store::SqliteStore,
    web::{AppParts, Limits, serve},
};
use reqwest::{
    Client, Response,
    multipart::{Form, Part},
    redirect::Policy,
};
use scripted::{ReadScript, Script, ScriptedSource, ScriptedStore};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A CSV file with two long positions and a short one. The bundled sample data has prices for all
/// three symbols.
pub const THREE_POSITIONS: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date\n\
    AAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\nKO,-20,49.63,2019-12-31\n";

/// A CSV file with one position. The sample data has no prices for its symbol, so the run fails.
pub const ONE_UNKNOWN: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date\nNOSUCH,1,1,2022-01-03\n";

/// Returns a CSV file with one share of each symbol.
pub fn one_of_each<T: Display>(symbols: impl IntoIterator<Item = T>) -> String {
    let mut csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\n".to_owned();
    for symbol in symbols {
        writeln!(csv, "{symbol},1,50,2024-01-02").unwrap();
    }
    csv
}

/// Returns an upload form with a portfolio name and a CSV file, but no cash balance.
pub fn form(name: &str, csv: impl Into<Vec<u8>>) -> Form {
    let file = Part::bytes(csv.into()).file_name("positions.csv");
    Form::new().text("portfolio_name", name.to_owned()).part("csv_file", file)
}

/// Returns the body of a form that is not multipart, as a browser encodes it.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes().fold(String::new(), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                write!(encoded, "%{byte:02X}").unwrap();
            }
            encoded
        })
    };
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A server with its own database. It runs either within the test process or as a separate process.
pub struct TestServer {
    pub base: String,
    pub client: Client,
    script: Arc<Mutex<Script>>,
    /// Environment variables of the server. If there are any, they configure the data source and
    /// the store, as in production. If there are none, the server uses a data source and a store
    /// that follow the fault script.
    environment: Vec<(&'static str, String)>,
    /// The clock for verifying sessions. `None` means the system clock.
    clock: Option<Clock>,
    /// The clock for rate limits. `None` means the system clock.
    rate_limit_clock: Option<Clock>,
    /// The folder with the static files. `None` means the folder that the build wrote.
    site_root: Option<String>,
    folder: TempDir,
    setups: Option<SetupService>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    process: Option<Child>,
    /// How many file descriptors a separate server process may open. `None` means the system's
    /// limit.
    descriptor_limit: Option<u32>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl TestServer {
    /// Starts a server with an empty database, two workers and no faults.
    pub async fn start() -> Self {
        Self::with_script(Script::default()).await
    }

    /// Starts a server with an empty database and the given fault script.
    pub async fn with_script(script: Script) -> Self {
        Self::with(script, Vec::new()).await
    }

    /// Starts a server with an empty database and the given environment variables.
    pub async fn with_environment(environment: Vec<(&'static str, String)>) -> Self {
        Self::with(Script::default(), environment).await
    }

    /// Starts the program as a separate process with the given environment variables, and waits
    /// until it is ready.
    pub async fn start_process(environment: Vec<(&'static str, String)>) -> Self {
        let mut server = Self::new(Script::default(), environment);
        server.spawn();
        server.wait_until_ready().await;
        server
    }

    /// Creates a server with the given fault script and environment variables, but does not start
    /// it.
    pub fn new(script: Script, environment: Vec<(&'static str, String)>) -> Self {
        Self {
            base: String::new(),
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            script: Arc::new(Mutex::new(script)),
            environment,
            clock: None,
            rate_limit_clock: None,
            site_root: None,
            folder: TempDir::new().unwrap(),
            setups: None,
            stop: None,
            serving: None,
            process: None,
            descriptor_limit: None,
        }
    }

    /// Limits how many file descriptors the separate process may open. Takes effect at its next
    /// start.
    pub fn set_descriptor_limit(&mut self, limit: u32) {
        self.descriptor_limit = Some(limit);
    }

    /// Starts the program as a separate process, but does not wait until it is ready.
    pub fn spawn(&mut self) {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        self.base = format!("http://{address}");
        let program = env!("CARGO_BIN_EXE_portfolio-setup");
        let mut command = match self.descriptor_limit {
            None => Command::new(program),
            Some(limit) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("ulimit -n {limit} && exec {program}")]);
                shell
            }
        };
        command.env_clear().env("LEPTOS_SITE_ADDR", address.to_string()).env("DATABASE_URL", self.database_url());
        command.envs(self.environment.iter().cloned());
        let stderr = std::fs::File::create(self.folder.path().join("stderr")).unwrap();
        self.process = Some(command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap());
    }

    /// Returns the peak memory of the separate process, in MiB.
    pub fn peak_memory_mib(&self) -> u64 {
        let process = self.process.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// Returns what the separate process has logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.path().join("stderr")).unwrap()).into_owned()
    }

    pub fn process_id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Reads a memory field, such as `VmHWM` (the peak memory), from `/proc/{pid}/status` of the
    /// separate process. Returns it in bytes.
    pub fn memory(&self, figure: &str) -> u64 {
        let id = self.process_id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    async fn with(script: Script, environment: Vec<(&'static str, String)>) -> Self {
        let mut server = Self::new(script, environment);
        server.boot().await;
        server
    }

    pub async fn wait_until_ready(&self) {
        let request = || self.client.get(format!("{}/readyz", self.base)).send();
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        while !request().await.is_ok_and(|response| response.status() == 200) {
            assert!(std::time::Instant::now() < deadline, "the server never became ready");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Replaces the fault script while the server is running.
    pub fn script(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }

    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("test.db").display())
    }

    /// Sets the server's environment variables. Takes effect at the next start.
    pub fn set_environment(&mut self, environment: Vec<(&'static str, String)>) {
        self.environment = environment;
    }

    /// Returns the configuration that results from the environment variables.
    pub fn config(&self) -> Config {
        let url = self.database_url();
        let read = |name: &str| match name {
            "DATABASE_URL" => Some(url.clone()),
            name => self.environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()),
        };
        Config::from_env(read).unwrap()
    }

    /// Sets the clock for verifying sessions. Takes effect at the next start.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = Some(clock);
    }

    /// Sets the clock for rate limits. Takes effect at the next start.
    pub fn set_rate_limit_clock(&mut self, clock: Clock) {
        self.rate_limit_clock = Some(clock);
    }

    /// Sets the folder with the static files. Takes effect at the next start.
    pub fn set_site_root(&mut self, folder: &std::path::Path) {
        self.site_root = Some(folder.display().to_string());
    }

    /// Starts the server within the test process, and waits until it is ready.
    pub async fn boot(&mut self) {
        self.boot_without_waiting().await;
        self.wait_until_ready().await;
    }

    /// Starts the server within the test process, but does not wait until it is ready.
    pub async fn boot_without_waiting(&mut self) {
        let shared = self.script.clone();
        let script: ReadScript = Arc::new(move || shared.lock().unwrap().clone());
        let config = self.config();
        let setups = if self.environment.is_empty() {
            let store = ScriptedStore::open(&config.database_url, script.clone()).await;
            let queue = store.queue();
            SetupService::new(Arc::new(store), queue, Arc::new(ScriptedSource::new(script)), 2, config.risk_free_rate)
        } else {
            let store = Arc::new(SqliteStore::open(&config.database_url).await.unwrap());
            let source = market_data::open_source(&config.market_data, store.clone())
                .await
                .map_err(|problems| problems.join(" "));
            SetupService::new(store.clone(), store, source.unwrap(), 2, config.risk_free_rate)
        };
        self.setups = Some(setups.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let mut parts = AppParts::new(config, setups).unwrap();
        if let Some(clock) = &self.clock {
            parts.auth = Auth::at(&parts.config.auth, clock.clone()).unwrap();
        }
        if let Some(clock) = &self.rate_limit_clock {
            parts.limits = Limits::at(&parts.config.auth.mode, clock.clone());
        }
        if let Some(folder) = &self.site_root {
            Arc::make_mut(&mut parts.site).leptos.site_root = folder.as_str().into();
        }
        self.serving = Some(tokio::spawn(serve(listener, parts.into(), async {
            let _ = stopped.await;
        })));
        self.stop = Some(stop);
    }

    /// Returns the server's setup service. The server must be running within the test process.
    pub fn setups(&self) -> &SetupService {
        self.setups.as_ref().unwrap()
    }

    /// Stops the server gracefully, as Ctrl-C would.
    pub async fn stop(&mut self) {
        if let (Some(stop), Some(serving)) = (self.stop.take(), self.serving.take()) {
            stop.send(()).unwrap();
            serving.await.unwrap();
        }
    }

    /// Stops the server gracefully, then starts it again with the same database.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.boot().await;
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    pub async fn post(&self, path: &str) -> Response {
        self.client.post(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// Uploads a portfolio through the API and returns the response.
    pub async fn upload(&self, name: &str, cash: &str, csv: &str) -> Response {
        let form = form(name, csv).text("cash_balance", cash.to_owned());
        self.client.post(format!("{}/api/v1/onboarding/portfolios", self.base)).multipart(form).send().await.unwrap()
    }

    /// Uploads [`THREE_POSITIONS`] and returns the portfolio's id.
    pub async fn create(&self, name: &str) -> String {
        let created: Value = self.upload(name, "1000", THREE_POSITIONS).await.json().await.unwrap();
        created["portfolio_id"].as_str().unwrap().to_owned()
    }

    pub async fn status(&self, id: &str) -> Value {
        self.json(&format!("/api/v1/onboarding/status/{id}")).await
    }

    /// Returns all portfolios that the API lists, newest first, by following the `Link` headers
    /// from page to page.
    pub async fn portfolios(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = Some("/api/v1/onboarding/portfolios?limit=200".to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            let link = page.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
            next = link.map(|link| link[1..].split_once('>').unwrap().0.to_owned());
            all.extend(page.json::<Vec<Value>>().await.unwrap());
        }
        all
    }

    /// Polls the status of a portfolio's run until it meets the condition, and returns that status.
    /// Panics with the latest status if the condition is not met within about half a minute.
    pub async fn wait_until(&self, id: &str, is_met: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..3_000 {
            last = self.status(id).await;
            if is_met(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the condition was never met: {last:#}");
    }

    /// Waits until the portfolio's run has ended, and returns its status.
    pub async fn wait_for_end(&self, id: &str) -> Value {
        self.wait_until(id, |status| status["status"] != "running").await
    }
}

/// Returns the messages of a JSON array of log entries, in order.
pub fn messages(log: &Value) -> Vec<String> {
    log.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
}
