//! Everything that comes in over HTTP: all routes in one list, handlers grouped by noun.
//!
//! Handlers translate; what they ask for is done by [`SetupService`]. `error::ApiError` is the one
//! error type.

mod analytics;
mod attempts;
mod audit;
mod door;
mod error;
mod files;
mod forwarded;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
#[cfg(test)]
mod golden_tests;
mod guard;
mod health;
mod idempotency;
mod limits;
mod list_page;
mod log_file;
mod log_stream;
mod openapi;
mod openapi_session;
mod own_words;
mod pages;
mod panics;
mod portfolios;
mod security_txt;
mod status;
mod traffic;
mod upload;
mod user;
mod visitor;

use std::{ops::Deref, sync::Arc};

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use leptos::config::{LeptosOptions, errors::LeptosConfigError};
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};

use super::{
    SetupService,
    auth::{Auth, Mode},
    config::Config,
    pages::Site,
    store::Quotas,
};

pub use audit::Audit;
pub use guard::headers as strict_headers;
pub use limits::{BURST, Limits};
pub use pages::live_page;
pub use status::answer_poll;
pub use traffic::{Traffic, TrafficLimits};
pub use user::{Access, CurrentUser, Writer};
pub use visitor::Visitor;

/// The largest upload, in bytes.
const MAX_UPLOAD: usize = 10_000_000;

/// The largest body of any other request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Setups that one user may have under way, where people sign in.
const MOST_RUNS: u32 = 200;

/// Answers from this size on are compressed, in bytes: a page with a long log, and its download. Polls are smaller, and
/// sent more often than compressing them would be worth.
const COMPRESSED_FROM: u16 = 16_384;

/// What every handler can reach. Cloned several times a request, so it is one pointer.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

/// What an [`AppState`] points to.
pub struct AppParts {
    /// The environment.
    pub config: Config,
    /// The setups of all users.
    pub setups: SetupService,
    /// Who is asking.
    pub auth: Auth,
    /// Who looked at what is somebody else's.
    pub audit: Audit,
    /// How much each user asks.
    pub limits: Limits,
    /// What is under way.
    pub traffic: Arc<Traffic>,
    /// What all pages have in common.
    pub site: Arc<Site>,
}

impl Deref for AppState {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

impl From<AppParts> for AppState {
    fn from(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl AppState {
    /// State over these setups.
    ///
    /// # Errors
    /// As [`AppParts::new`].
    pub fn new(config: Config, setups: SetupService) -> Result<Self, String> {
        Ok(AppParts::new(config, setups)?.into())
    }
}

impl AppParts {
    /// The parts over these setups.
    ///
    /// # Errors
    /// When the built-in `Leptos.toml` cannot be read, or sign-in cannot be set up.
    pub fn new(config: Config, setups: SetupService) -> Result<Self, String> {
        let leptos = leptos_options().map_err(|error| format!("Leptos.toml cannot be read: {error}"))?;
        let auth = Auth::new(&config.auth)?;
        let limits = Limits::new(&config.auth.mode);
        // The only user of dev mode may have any number of runs under way; what they may keep is
        // limited there too.
        let active_runs = if config.auth.mode == Mode::Dev { u32::MAX } else { MOST_RUNS };
        let setups = setups.limited_to(Quotas { active_runs, ..config.quotas });
        let mut traffic = config.traffic;
        if config.auth.mode == Mode::Dev {
            // One user is everybody there.
            traffic.user_requests = traffic.requests;
        }
        let traffic = Arc::new(Traffic::new(traffic));
        let site = Arc::new(Site::new(leptos, &config.auth));
        Ok(Self { config, setups, auth, audit: Audit::default(), limits, traffic, site })
    }
}

/// The run-time defaults compiled into the binary.
fn leptos_options() -> Result<LeptosOptions, LeptosConfigError> {
    leptos::config::get_config_from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml")))
}

/// Every route.
pub fn router(state: AppState) -> Router {
    let (api, document) = openapi::api();
    let api = api.merge(openapi::routes(document));
    // Everybody who reaches the main address may read it there, so only where nobody else can reach that address.
    let is_here = state.config.metrics_addr.is_none() && state.config.auth.mode == Mode::Dev;
    let measured = if is_here { metrics_routes() } else { Router::new() };
    Router::new()
        .merge(api)
        .merge(measured)
        .route("/", get(pages::upload).post(pages::submit).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/onboarding/progress", get(pages::progress))
        .route("/portfolios/{id}", get(pages::results))
        .route("/api/page/status", get(status::poll))
        .route("/api/{*path}", get(error::no_such_route).post(error::no_such_route))
        .merge(security_txt::routes(&state.config))
        .layer(middleware::from_fn_with_state(state.clone(), traffic::hold_answer))
        .fallback_service(files::router(&state))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_FROM)))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(state.clone(), own_words::own_words))
        .layer(middleware::from_fn_with_state(state.clone(), panics::contain))
        .layer(middleware::from_fn_with_state(state.clone(), traffic::admit))
        .layer(middleware::from_fn_with_state(state.clone(), guard::same_site))
        .layer(middleware::from_fn_with_state(state.clone(), guard::this_machine_alone))
        .layer(middleware::from_fn(guard::headers))
        .with_state(state)
}

/// What is served at an address of its own where `METRICS_ADDR` names one.
pub fn metrics_router(state: AppState) -> Router {
    metrics_routes().layer(middleware::from_fn(guard::headers)).with_state(state)
}

fn metrics_routes() -> Router<AppState> {
    Router::new().route("/metrics", get(health::metrics))
}

#[cfg(test)]
mod tests {
    use super::leptos_options;

    /// cargo-leptos builds by Cargo.toml, the binary runs by Leptos.toml: where they differ, pages lose their files.
    #[test]
    fn the_build_and_the_binary_agree_on_where_the_browsers_files_are() {
        let manifest = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let built = |key: &str| {
            let line = manifest.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
            line.split('"').nth(1).unwrap().to_owned()
        };
        let run = leptos_options().unwrap();
        assert_eq!(run.output_name.as_ref(), built("output-name"));
        assert_eq!(run.site_root.as_ref(), built("site-root"));
        assert_eq!(run.site_pkg_dir.as_ref(), built("site-pkg-dir"));
        assert_eq!(run.site_addr.to_string(), built("site-addr"));
    }
}
