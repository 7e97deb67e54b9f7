//! What every handler can reach.

use super::{
    identity::{audit::Audit, rate_limit::Limits},
    middleware::traffic::Traffic,
};
use crate::{
    pages::Site,
    server::{
        auth::{Auth, Mode},
        config::Config,
        setups::SetupService,
        store::Quotas,
    },
};
use axum::extract::FromRef;
use leptos::config::{LeptosOptions, errors::LeptosConfigError};
use std::{ops::Deref, sync::Arc};

/// Setups that one user may have under way, where people sign in.
const MOST_RUNS: u32 = 200;

/// What every handler can reach. Cloned several times a request, so it is one pointer.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

/// What an [`AppState`] points to.
pub struct AppParts {
    /// The environment.
    pub config: Config,
    /// The setups of all users.
    pub setups: SetupService,
    /// Verifies sessions.
    pub auth: Auth,
    /// Records admins' reads of other users' portfolios.
    pub audit: Audit,
    /// The rate limits of users.
    pub limits: Limits,
    /// Requests and bytes in flight.
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

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.leptos.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::leptos_options;

    /// cargo-leptos reads Cargo.toml and the binary Leptos.toml. If they differ, pages lose their
    /// files.
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
