//! Opens the price source that the settings name.

use std::{fs, path::PathBuf, sync::Arc};

use super::{
    Endpoint, Factors, Limiter, MarketData, Polygon, PriceStore, Provider, ProviderChain, Tiingo, Window, bundled,
    csv_files,
};

/// The operator's settings for market data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSettings {
    pub source: Source,
    /// Path of a TOML file with the factor set. `None` means the default factor set of the price
    /// source.
    pub factors: Option<PathBuf>,
    /// Maximum number of requests per minute. `None` means the quota of the provider's free plan,
    /// or no limit if the prices are on this machine.
    pub per_minute: Option<u32>,
    /// Whether pages show a notice that the prices are made up. Set if a simulated provider
    /// replaces the live ones.
    pub demonstration: bool,
}

/// The price source that the setting `MARKET_DATA` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The sample history that ships with the project.
    Bundled,
    /// The operator's own price files at this path.
    Csv(PathBuf),
    /// A chain of live providers, in the order in which they are tried.
    Live(Vec<(LiveProvider, Endpoint)>),
}

/// A data provider that is reached over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveProvider {
    Tiingo,
    /// Polygon, which is now called Massive.
    Polygon,
}

impl LiveProvider {
    /// Returns the provider that the setting `MARKET_DATA` calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "tiingo" => Some(Self::Tiingo),
            "polygon" => Some(Self::Polygon),
            _ => None,
        }
    }

    /// Returns three strings: the name of the environment variable that holds the API key, the name
    /// of the environment variable that holds the base URL, and the default base URL.
    pub fn variables(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Tiingo => (super::tiingo::KEY, "TIINGO_BASE_URL", super::tiingo::BASE),
            Self::Polygon => (super::polygon::KEY, "POLYGON_BASE_URL", super::polygon::BASE),
        }
    }

    fn connect(self, endpoint: Endpoint) -> Result<Arc<dyn Provider>, String> {
        Ok(match self {
            Self::Tiingo => Arc::new(Tiingo::new(endpoint)?),
            Self::Polygon => Arc::new(Polygon::new(endpoint)?),
        })
    }
}

/// Opens the price source that the settings name.
///
/// # Errors
/// Returns one message per problem, for the operator.
pub async fn open_source(
    settings: &SourceSettings,
    store: Arc<dyn PriceStore>,
) -> Result<Arc<dyn MarketData>, Vec<String>> {
    let factors = match &settings.factors {
        None => None,
        Some(path) => {
            let refused = |why: String| {
                vec![format!(
                    "FACTORS={} cannot be used: {why}. Accepted: a TOML file with a factor set.",
                    path.display()
                )]
            };
            let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
            Some(Factors::from_toml(&text).map_err(refused)?)
        }
    };
    // A local source needs no rate limit. A limiter is used only to slow runs down enough to watch
    // them, so it spaces requests evenly instead of allowing bursts.
    let evenly = || Limiter::new(settings.per_minute.map(Window::evenly_per_minute).into_iter().collect());
    Ok(match &settings.source {
        Source::Bundled => Arc::new(bundled(evenly(), factors).map_err(|problem| vec![problem])?),
        Source::Csv(path) => Arc::new(csv_files(path, evenly(), factors)?),
        Source::Live(chain) => {
            let providers: Result<Vec<_>, _> =
                chain.iter().map(|(provider, endpoint)| provider.connect(endpoint.clone())).collect();
            let notice = settings.demonstration.then(|| DEMONSTRATION.to_owned());
            Arc::new(ProviderChain::new(providers.map_err(|problem| vec![problem])?, store, factors, notice).await)
        }
    })
}

/// The notice that every page shows if a simulated provider makes up the prices.
const DEMONSTRATION: &str = "This is a demonstration: a simulated data provider makes up the prices.";
