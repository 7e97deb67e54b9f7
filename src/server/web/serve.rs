//! Runs the server until a stop signal arrives, then shuts it down gracefully.

use std::{future::Future, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, signal};

use crate::server::{
    previews::LIFETIME_MS,
    util::clock,
    web::{
        connections::{self, Timeouts},
        router::router,
        state::AppState,
    },
};

/// How often finished runs are dropped from memory, and expired previews, links and log entries are
/// deleted from the store.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// How long requests in progress may take to finish during a shutdown.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves requests on `listener` until `shutdown` completes, then stops all runs so that the next
/// start can resume them.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send + 'static) {
    serve_routes(listener, router(state.clone()), state, shutdown).await;
}

/// Works like [`serve`], but takes the routes as a parameter, so that tests can add a layer around
/// the router.
pub async fn serve_routes(
    listener: TcpListener,
    routes: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let setups = state.setups.clone();
    setups.start();
    let key_refresh = state.clone();
    let key_refresh = tokio::spawn(async move { key_refresh.auth.run().await });
    let sweeping = tokio::spawn(sweep(state.clone()));
    let (draining, drained) = tokio::sync::oneshot::channel();
    let stopping = setups.clone();
    let capacity = connections::capacity(state.config.max_connections);
    let server = connections::serve(listener, routes, Timeouts::default(), capacity, async move {
        shutdown.await;
        tracing::info!("shutting down; unfinished runs resume at the next start");
        stopping.stop().await;
        let _ = draining.send(());
    });
    tokio::select! {
        () = server => {}
        () = async {
            let _ = drained.await;
            tokio::time::sleep(DRAIN_TIMEOUT).await;
        } => {}
    }
    sweeping.abort();
    key_refresh.abort();
    setups.stop().await;
}

async fn sweep(state: AppState) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let now_ms = clock::now_ms();
        state.setups.tracker().drop_stale(now_ms);
        match state.setups.store().purge_previews(now_ms - LIFETIME_MS).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "expired previews deleted"),
            Err(error) => tracing::warn!(?error, "deleting expired previews failed; retrying in a minute"),
        }
        match state.setups.store().purge_links(now_ms).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "expired links deleted"),
            Err(error) => tracing::warn!(?error, "deleting expired links failed; retrying in a minute"),
        }
        let before = now_ms - i64::from(state.config.log_retention_days) * 86_400_000;
        match state.setups.store().purge(before).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "expired log entries deleted"),
            Err(error) => tracing::warn!(?error, "deleting expired log entries failed; retrying in a minute"),
        }
    }
}

/// Completes when the process receives Ctrl-C or SIGTERM.
pub async fn stop_signal() {
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut stream) => stream.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
