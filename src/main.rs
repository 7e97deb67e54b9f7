//! Starts the server: reads the configuration, opens the database, starts listening and serves
//! requests.

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

/// Maximum number of simultaneous connections to `METRICS_ADDR`.
const MAX_METRICS_CONNECTIONS: usize = 64;

/// How long the process waits at exit for computations that are still running. Abandoning them does
/// not affect stored data.
const COMPUTE_SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let status = runtime.block_on(start());
    // Dropping the runtime instead would wait for running computations without a time limit.
    runtime.shutdown_timeout(COMPUTE_SHUTDOWN_TIMEOUT);
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
    // Audit lines (reads by admins, impersonation) are logged regardless of `RUST_LOG`.
    let filter = EnvFilter::new(format!("{},audit=info", config.rust_log));
    let writer = || SanitizingWriter(std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).init();
    connections::raise_limit();
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("{why}");
            ExitCode::from(code)
        }
    }
}

/// Starts the server and handles requests until a stop signal arrives. If the server cannot start,
/// returns the process's exit code and the reason.
async fn run(config: Config) -> Result<(), (u8, String)> {
    let failed = |why| (1, why);
    let opening = SqliteStore::open(&config.database_url);
    let store = Arc::new(startup::startup_responder(config.site_addr, opening).await.map_err(failed)?);
    let source = market_data::open_source(&config.market_data, store.clone())
        .await
        .map_err(|problems| (2, problems.join("\n")))?;
    let setups = SetupService::new(store.clone(), store, source, config.batch_workers, config.risk_free_rate);
    let address = config.site_addr;
    let listener =
        TcpListener::bind(address).await.map_err(|error| failed(format!("Cannot listen on {address}: {error}")))?;
    let metrics_addr = config.metrics_addr;
    let state = AppState::new(config, setups).map_err(failed)?;
    if let Some(address) = metrics_addr {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| failed(format!("Cannot listen on METRICS_ADDR={address}: {error}")))?;
        // The metrics server runs until the process exits.
        let routes = metrics_router(state.clone());
        let serving =
            connections::serve(listener, routes, Timeouts::default(), MAX_METRICS_CONNECTIONS, std::future::pending());
        tokio::spawn(serving);
    }
    println!("Portfolio Setup is at http://{}", listener.local_addr().unwrap_or(address));
    serve(listener, state, stop_signal()).await;
    Ok(())
}
