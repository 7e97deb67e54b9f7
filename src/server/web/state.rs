//! The state that all handlers share.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use leptos::config::{LeptosOptions, errors::LeptosConfigError};

use super::{
    identity::{audit::Audit, rate_limit::Limits},
    middleware::traffic::Traffic,
};
use crate::{
    pages::Site,
    server::{
        auth::{Auth, Mode},
        config::Config,
        previews::PreviewService,
        setups::SetupService,
        store::Quotas,
    },
};

/// Maximum number of active runs per user, in auth modes with sign-in.
const MAX_ACTIVE_RUNS: u32 = 200;

/// The state that all handlers share. It is a single pointer, because the framework clones it
/// several times per request.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

/// The contents of an [`AppState`].
pub struct AppParts {
    pub config: Config,
    /// Starts, cancels and reads the setups of all users.
    pub setups: SetupService,
    /// Reads, stores and starts uploaded files.
    pub previews: PreviewService,
    pub auth: Auth,
    /// Records admins' reads of other users' portfolios.
    pub audit: Audit,
    /// Limits the request rate per user.
    pub limits: Limits,
    /// Limits the requests in flight and the bytes that they hold in memory, per user and in total.
    pub traffic: Arc<Traffic>,
    /// Data that every page needs, such as the paths of scripts and styles.
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
    /// Builds the state from the configuration and the setup service.
    ///
    /// # Errors
    /// Returns the same errors as [`AppParts::new`].
    pub fn new(config: Config, setups: SetupService) -> Result<Self, String> {
        Ok(AppParts::new(config, setups)?.into())
    }
}

impl AppParts {
    /// Builds the state that all handlers share from the configuration and the service that starts
    /// and reads runs.
    ///
    /// # Errors
    /// Returns an error message if the built-in `Leptos.toml` cannot be read or sign-in cannot be
    /// set up.
    pub fn new(config: Config, setups: SetupService) -> Result<Self, String> {
        let leptos = leptos_options().map_err(|error| format!("Leptos.toml cannot be read: {error}"))?;
        let auth = Auth::new(&config.auth)?;
        let limits = Limits::new(&config.auth.mode);
        // Dev mode has a single user, who may have any number of active runs. The storage quotas
        // still apply.
        let active_runs = if config.auth.mode == Mode::Dev { u32::MAX } else { MAX_ACTIVE_RUNS };
        let setups = setups.limited_to(Quotas { active_runs, ..config.quotas });
        let mut traffic = config.traffic;
        if config.auth.mode == Mode::Dev {
            // Dev mode has a single user, so the per-user limit on requests is set to the limit of
            // the whole server.
            traffic.user_requests = traffic.requests;
        }
        let traffic = Arc::new(Traffic::new(traffic));
        let site = Arc::new(Site::new(leptos, &config.auth, config.sign_in_url.clone()));
        let previews = PreviewService::new(setups.clone());
        Ok(Self { config, setups, previews, auth, audit: Audit::default(), limits, traffic, site })
    }
}

/// Reads the Leptos options that are compiled into the binary.
fn leptos_options() -> Result<LeptosOptions, LeptosConfigError> {
    leptos::config::get_config_from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml")))
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.leptos.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::leptos_options;

    /// cargo-leptos reads Cargo.toml, and the binary reads Leptos.toml. If the two files differ,
    /// pages cannot load their scripts and styles.
    #[test]
    fn agrees_with_build_on_site_paths() {
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
