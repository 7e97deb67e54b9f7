//! Fetches the issuer's key set over HTTP, with limits on time and size. Error messages never
//! contain the URL.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Url, redirect::Policy};
use thiserror::Error;

/// Time limit for fetching the complete key set.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum size of a key set, in bytes. A set of two keys takes about 1 kB.
const MAX_BODY: usize = 256 * 1024;

/// The reason why the key set could not be fetched. The messages are for the server's log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    #[error("the issuer did not respond within {} seconds", TIMEOUT.as_secs())]
    Timeout,
    /// The issuer cannot be reached, or the connection ended before the response was complete.
    #[error("the issuer cannot be reached, or its response ended early")]
    NoResponse,
    /// The issuer responded with a status other than 200.
    #[error("the issuer responded with status {0}")]
    Status(u16),
    #[error("the response is larger than {} kB", MAX_BODY / 1024)]
    TooLarge,
}

/// A source of an issuer's published keys.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// Fetches the key set that the issuer currently publishes, as an unparsed document.
    async fn fetch(&self) -> Result<Vec<u8>, FetchError>;
}

/// A client that fetches the key set from a URL.
#[derive(Debug)]
pub struct JwksClient {
    url: Url,
    client: Client,
}

impl JwksClient {
    /// Creates a client for the key set at `url`.
    ///
    /// # Errors
    /// Returns a message for the operator if the HTTP client cannot be created.
    pub fn new(url: Url) -> Result<Self, String> {
        let client = Client::builder()
            // A redirect could lead to keys from a host that the operator did not configure.
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("The HTTP client for the sign-in keys cannot be created: {error}"))?;
        Ok(Self { url, client })
    }
}

#[async_trait]
impl KeySource for JwksClient {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        let failed =
            |error: reqwest::Error| if error.is_timeout() { FetchError::Timeout } else { FetchError::NoResponse };
        let mut response = self.client.get(self.url.clone()).send().await.map_err(failed)?;
        if response.status() != 200 {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
