//! Config, bind, serve.

use std::{process::ExitCode, sync::Arc, time::Duration};

use portfolio_setup::server::{
    config::Config,
    market_data,
    setups::SetupService,
    store::SqliteStore,
    util::log_line::SanitizingWriter,
    web::{
        AppState,
        connections::{self, Timeouts},
        metrics_router, serve, startup, stop_signal,
    },
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Connections to the address of the metrics at once.
const METRICS_READERS: usize = 64;

/// How long the end of the process waits for threads that compute. What was stored does not depend
/// on them.
const COMPUTING_ENDS_WITHIN: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let status = runtime.block_on(start());
    // Dropping it would wait for a computation of any length.
    runtime.shutdown_timeout(COMPUTING_ENDS_WITHIN);
    status
}

async fn start() -> ExitCode {
    let config = match Config::from_env(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            return ExitCode::from(2);
        }
    };
    // Who looked at what is somebody else's is on record whatever else is left out.
    let filter = EnvFilter::new(format!("{},audit=info", config.rust_log));
    let lines = || SanitizingWriter(std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(lines).init();
    connections::raise_limit();
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("{why}");
            ExitCode::from(code)
        }
    }
}

/// Serves until stopped. Returns an exit status and the reason if the server cannot start.
async fn run(config: Config) -> Result<(), (u8, String)> {
    let failed = |why| (1, why);
    let opening = SqliteStore::open(&config.database_url);
    let store = Arc::new(startup::startup_responder(config.site_addr, opening).await.map_err(failed)?);
    let source = market_data::open_source(&config.market_data, store.clone())
        .await
        .map_err(|problems| (2, problems.join("\n")))?;
    let setups = SetupService::new(store.clone(), store, source, config.batch_workers);
    let address = config.site_addr;
    let listener =
        TcpListener::bind(address).await.map_err(|error| failed(format!("Cannot listen on {address}: {error}")))?;
    let metrics_addr = config.metrics_addr;
    let state = AppState::new(config, setups).map_err(failed)?;
    if let Some(address) = metrics_addr {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| failed(format!("Cannot listen on METRICS_ADDR={address}: {error}")))?;
        // It ends with the process.
        let routes = metrics_router(state.clone());
        let serving =
            connections::serve(listener, routes, Timeouts::default(), METRICS_READERS, std::future::pending());
        tokio::spawn(serving);
    }
    println!("Portfolio Setup is at http://{}", listener.local_addr().unwrap_or(address));
    serve(listener, state, stop_signal()).await;
    Ok(())
}
