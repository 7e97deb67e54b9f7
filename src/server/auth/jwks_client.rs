//! Where the keys come from: one document, fetched over HTTP within limits. Its address stays out of every error.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Url, redirect::Policy};
use thiserror::Error;

/// How long the whole answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The largest answer that is read, in bytes. Two keys are 1 kB.
const MAX_BODY: usize = 256 * 1024;

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// Nothing came in time.
    #[error("it did not answer within {} seconds", TIMEOUT.as_secs())]
    Timeout,
    /// Nothing came.
    #[error("it cannot be reached, or broke off its answer")]
    NoAnswer,
    /// Something else came.
    #[error("it answered with status {0}")]
    Status(u16),
    /// Too much came.
    #[error("its answer is larger than {} kB", MAX_BODY / 1024)]
    TooLarge,
}

/// Whoever publishes the keys.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The document with the keys as it is now.
    async fn fetch(&self) -> Result<Vec<u8>, FetchError>;
}

/// A document on the web.
#[derive(Debug)]
pub struct JwksClient {
    url: Url,
    client: Client,
}

impl JwksClient {
    /// The document at this address.
    ///
    /// # Errors
    /// A sentence for the operator, when no client can be made.
    pub fn new(url: Url) -> Result<Self, String> {
        let client = Client::builder()
            // Keys come from where the operator said, or not at all.
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("No client for the sign-in keys can be made: {error}"))?;
        Ok(Self { url, client })
    }
}

#[async_trait]
impl KeySource for JwksClient {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        let failed =
            |error: reqwest::Error| if error.is_timeout() { FetchError::Timeout } else { FetchError::NoAnswer };
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
