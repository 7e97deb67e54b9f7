//! Serves until told to stop, then lets everything come to rest.

use crate::server::{
    util::clock,
    web::{
        connections::{self, Timeouts},
        router::router,
        state::AppState,
    },
};
use axum::Router;
use std::{future::Future, time::Duration};
use tokio::{net::TcpListener, signal};

/// How often ended runs leave memory and expired logs leave the store.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// How long open connections may take to finish once the server stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves on `listener` until `shutdown` completes; then stops all runs, leaving them resumable.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send + 'static) {
    serve_routes(listener, router(state.clone()), state, shutdown).await;
}

/// The same with other routes, such as these behind a layer of a test.
pub async fn serve_routes(
    listener: TcpListener,
    routes: Router,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let setups = state.setups.clone();
    setups.start();
    let authenticating = state.clone();
    let authenticating = tokio::spawn(async move { authenticating.auth.run().await });
    let sweeping = tokio::spawn(sweep(state.clone()));
    let (draining, drained) = tokio::sync::oneshot::channel();
    let stopping = setups.clone();
    let capacity = connections::capacity(state.config.max_connections);
    let server = connections::serve(listener, routes, Timeouts::default(), capacity, async move {
        shutdown.await;
        tracing::info!("stopping: unfinished setups are left to the next start");
        stopping.stop().await;
        let _ = draining.send(());
    });
    tokio::select! {
        () = server => {}
        () = async {
            let _ = drained.await;
            tokio::time::sleep(DRAIN).await;
        } => {}
    }
    sweeping.abort();
    authenticating.abort();
    setups.stop().await;
}

async fn sweep(state: AppState) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let now_ms = clock::now_ms();
        state.setups.tracker().drop_stale(now_ms);
        let before = now_ms - i64::from(state.config.log_retention_days) * 86_400_000;
        match state.setups.store().purge(before).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "deleted log entries past their retention"),
            Err(error) => tracing::warn!(?error, "expired log entries were not deleted"),
        }
    }
}

/// Ctrl-C or SIGTERM.
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
