//! `make demo`: the real server over a stand-in for the data provider that is slow, limited and unreliable.
//!
//! Everything but the prices is real: client, allowance, retries, store. The store is empty at every start, so that
//! there is something to watch; the pages say that it is a demonstration.

#![allow(clippy::expect_used, reason = "a demonstration stops at the first surprise")]

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
    // Symbols of the sample portfolio, each with a trouble of its own.
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
    // Only the address and the pace are for whoever runs it to choose.
    let chosen = |name: &str| {
        std::env::var(name).ok().filter(|_| ["LEPTOS_SITE_ADDR", "MARKET_DATA_PER_MINUTE"].contains(&name))
    };
    let config = Config::from_env(|name| chosen(name).or_else(|| defaults.get(name).cloned()))
        .unwrap_or_else(|problems| panic!("{}", problems.join(" ")));

    let store = Arc::new(SqliteStore::open(&config.database_url).await.expect("the store opens"));
    let source = market_data::open_source(&config.market_data, store.clone()).await.expect("the stand-in is a source");
    let setups = SetupService::new(store.clone(), store, source, config.batch_workers);
    let listener = TcpListener::bind(config.site_addr).await.expect("the address is free");
    println!("The demonstration is at http://{}", config.site_addr);
    let state = AppState::new(config, setups).expect("Leptos.toml is readable");
    serve(listener, state, async { drop(tokio::signal::ctrl_c().await) }).await;
    // It is in the folder for temporary files in any case.
    drop(std::fs::remove_dir_all(folder));
}
