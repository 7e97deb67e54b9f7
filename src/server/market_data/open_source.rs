//! From settings to a source of prices.

use std::{fs, path::PathBuf, sync::Arc};

use super::{
    Endpoint, Factors, Limiter, MarketData, Polygon, PriceStore, Provider, ProviderChain, Tiingo, Window, bundled,
    csv_files,
};

/// What an operator can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSettings {
    /// Where prices come from.
    pub source: Source,
    /// A file with the factor set; the source's own set for `None`.
    pub factors: Option<PathBuf>,
    /// Upper bound on requests a minute; the provider's free plan, or no bound for what is here, for `None`.
    pub per_minute: Option<u32>,
    /// Whether the pages have to say that live prices are made up.
    pub demonstration: bool,
}

/// Which source `MARKET_DATA` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The sample history.
    Bundled,
    /// Files of one's own.
    Csv(PathBuf),
    /// Providers, in the order in which they are asked.
    Live(Vec<(LiveProvider, Endpoint)>),
}

/// A provider that is asked over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveProvider {
    /// Tiingo.
    Tiingo,
    /// Polygon, now Massive.
    Polygon,
}

impl LiveProvider {
    /// The provider of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "tiingo" => Some(Self::Tiingo),
            "polygon" => Some(Self::Polygon),
            _ => None,
        }
    }

    /// The variables that hold its key and its address, and the address where none is given.
    pub fn variables(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Tiingo => (super::tiingo::KEY, "TIINGO_BASE_URL", super::tiingo::BASE),
            Self::Polygon => (super::polygon::KEY, "POLYGON_BASE_URL", super::polygon::BASE),
        }
    }

    fn at(self, endpoint: Endpoint) -> Result<Arc<dyn Provider>, String> {
        Ok(match self {
            Self::Tiingo => Arc::new(Tiingo::new(endpoint)?),
            Self::Polygon => Arc::new(Polygon::new(endpoint)?),
        })
    }
}

/// Opens the source that the settings name.
///
/// # Errors
/// One sentence a problem, for the operator.
pub async fn open_source(
    settings: &SourceSettings,
    store: Arc<dyn PriceStore>,
) -> Result<Arc<dyn MarketData>, Vec<String>> {
    let factors = match &settings.factors {
        None => None,
        Some(path) => {
            let refused = |why: String| vec![format!("FACTORS={} cannot be used: {why}.", path.display())];
            let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
            Some(Factors::from_toml(&text).map_err(refused)?)
        }
    };
    // Sources that are here go through a limit only to be watchable, so evenly.
    let evenly = || Limiter::new(settings.per_minute.map(Window::evenly_per_minute).into_iter().collect());
    Ok(match &settings.source {
        Source::Bundled => Arc::new(bundled(evenly(), factors).map_err(|problem| vec![problem])?),
        Source::Csv(path) => Arc::new(csv_files(path, evenly(), factors)?),
        Source::Live(chain) => {
            let providers: Result<Vec<_>, _> =
                chain.iter().map(|(provider, endpoint)| provider.at(endpoint.clone())).collect();
            let notice = settings.demonstration.then(|| DEMONSTRATION.to_owned());
            Arc::new(ProviderChain::new(providers.map_err(|problem| vec![problem])?, store, factors, notice).await)
        }
    })
}

/// What every page of a demonstration says.
const DEMONSTRATION: &str = "This is a demonstration: the prices are made up by a stand-in for the data provider.";
