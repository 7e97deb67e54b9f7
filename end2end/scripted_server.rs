//! The server for the browser tests: the real server with faults injected by a fault script. The
//! fault script can also override the status that pages receive.
//!
//! The environment variable `SCRIPT` names the fault script, a JSON file with the fields of
//! `Script`. The server reads the file again at every request, so a test changes the server's
//! behavior by rewriting the file. All other environment variables are those of the real server. If
//! `MARKET_DATA` names a live data source, the fault script does not affect prices.

#![allow(clippy::expect_used, reason = "a test server panics on unexpected errors")]

mod status_override;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use portfolio_setup::server::{
    config::Config,
    market_data::{self, MarketData, Source},
    setups::SetupService,
    web::{AppState, router, serve_routes, stop_signal},
};
use scripted::{ReadScript, Script, ScriptedSource, ScriptedStore};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let config = Config::from_env(|name| std::env::var(name).ok()).expect("the environment is accepted");
    tracing_subscriber::fmt().with_env_filter(config.rust_log.as_str()).with_writer(std::io::stderr).init();
    let file = std::env::var("SCRIPT").expect("SCRIPT names the script file");
    let script: ReadScript = Arc::new(move || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if text.is_empty() { Script::default() } else { serde_json::from_str(&text).expect("the script is JSON") }
    });
    let store = ScriptedStore::open(&config.database_url, script.clone()).await;
    let queue = store.queue();
    let source: Arc<dyn MarketData> = if matches!(config.market_data.source, Source::Bundled) {
        Arc::new(ScriptedSource::new(script.clone()))
    } else {
        market_data::open_source(&config.market_data, queue.clone()).await.expect("the source opens")
    };
    let setups = SetupService::new(Arc::new(store), queue, source, config.batch_workers, config.risk_free_rate);
    let listener = TcpListener::bind(config.site_addr).await.expect("the address is free");
    println!("The scripted server is at http://{}", config.site_addr);
    let state = AppState::new(config, setups).expect("Leptos.toml is readable");
    let routes =
        router(state.clone()).layer(from_fn_with_state((state.clone(), script), status_override::override_status));
    serve_routes(listener, routes, state, stop_signal()).await;
}
