//! The server that `make demo` runs: the real server with a simulated data provider that is slow,
//! rate-limited and unreliable.
//!
//! Only the prices are made up. The client, the quota, the retries and the store are real. The
//! store is empty at every start, so that all prices are fetched while the user watches. The pages
//! state that this is a demonstration.

#![allow(clippy::expect_used, reason = "the demo panics on unexpected errors")]

use std::{collections::HashMap, sync::Arc, time::Duration};

use portfolio_setup::server::{
    config::Config,
    market_data,
    setups::SetupService,
    store::SqliteStore,
    web::{AppState, serve},
};
use test_support::fake_provider::{Behavior, FakeProvider, KEY};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_millis(600));
    // The simulated provider causes a different problem for each of these symbols of the sample
    // portfolio.
    provider.always("HZNP", Behavior::Unknown);
    provider.always("SGEN", Behavior::Empty);
    provider.always("AMD", Behavior::Jump);
    provider.always("BBY", Behavior::UnusablePrices);
    provider.next("JPM", [Behavior::ServerError]);
    provider.next("MRK", [Behavior::CutOff]);

    let folder = std::env::temp_dir().join(format!("portfolio-setup-demo-{}", std::process::id()));
    let defaults = HashMap::from([
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
        ("MARKET_DATA_PER_MINUTE", "12".to_owned()),
        ("DATABASE_URL", format!("sqlite://{}", folder.join("demo.db").display())),
        ("DEMONSTRATION", "true".to_owned()),
    ]);
    // Environment variables can change only the server's address and the provider's rate limit.
    let from_environment = |name: &str| {
        std::env::var(name).ok().filter(|_| ["LEPTOS_SITE_ADDR", "MARKET_DATA_PER_MINUTE"].contains(&name))
    };
    let config = Config::from_env(|name| from_environment(name).or_else(|| defaults.get(name).cloned()))
        .unwrap_or_else(|problems| panic!("{}", problems.join(" ")));

    let store = Arc::new(SqliteStore::open(&config.database_url).await.expect("the store opens"));
    let source = market_data::open_source(&config.market_data, store.clone()).await.expect("the source opens");
    let setups = SetupService::new(store.clone(), store, source, config.batch_workers, config.risk_free_rate);
    let listener = TcpListener::bind(config.site_addr).await.expect("LEPTOS_SITE_ADDR is free");
    println!("The demo is at http://{}", config.site_addr);
    let state = AppState::new(config, setups).expect("Leptos.toml is readable");
    serve(listener, state, async { drop(tokio::signal::ctrl_c().await) }).await;
    // Errors are ignored. The folder is temporary, so it does no harm if it remains.
    drop(std::fs::remove_dir_all(folder));
}
