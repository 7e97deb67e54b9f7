//! The format of a response: a page, JSON of the API, or JSON for a poll of the live page. Errors
//! are rendered in the same format.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};

use super::{
    error::ApiError,
    responses::{error_page, signed_out_page, with_challenge},
    state::AppState,
};
use crate::{
    live_page::poll_error::PollError,
    pages::{document::Account, signed_out::SignedOutFrom},
    server::auth::Refusal,
};

/// The format of the response to a request, including error responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// HTML for a browser: any page except the live page.
    Page,
    /// The HTML of the live page.
    LivePage,
    /// JSON for programs.
    Api,
    /// JSON for a poll of the live page.
    Poll,
}

impl ResponseFormat {
    /// Returns the response format of a request.
    pub fn from_parts(parts: &Parts) -> Self {
        Self::at(&parts.uri, &parts.headers)
    }

    /// Returns the response format of a request with the given URI and headers.
    pub fn at(uri: &Uri, headers: &HeaderMap) -> Self {
        match uri.path() {
            path if path.starts_with("/api/page/") => Self::Poll,
            "/onboarding/progress" => Self::LivePage,
            path if path.starts_with("/api/") && !wants_page(headers) => Self::Api,
            _ => Self::Page,
        }
    }

    /// Chooses the response format by the request headers alone: a page if a browser submitted a
    /// form, or JSON if a program sent the request.
    pub fn wanted_by(headers: &HeaderMap) -> Self {
        if wants_page(headers) { Self::Page } else { Self::Api }
    }

    /// Returns the response to a request without a valid session.
    pub fn without_session(self, state: &AppState, refusal: Refusal) -> Response {
        // Without the issuer's keys, the server cannot tell whether the token is valid, so signing
        // in again would not help.
        if refusal == Refusal::NoKeys {
            return self.error(state, ApiError::sign_in_unavailable());
        }
        let error = match refusal {
            Refusal::Expired => ApiError::session_expired(),
            refusal if refusal.is_conflict() => ApiError::conflicting_cookies(),
            _ => ApiError::unauthenticated(),
        };
        let response = match self {
            Self::Page | Self::LivePage => {
                let sign_in_url = state.config.sign_in_url.clone();
                let cause = refusal.is_conflict().then(|| error.message_with_id());
                let place = if self == Self::LivePage { SignedOutFrom::LivePage } else { SignedOutFrom::Elsewhere };
                signed_out_page(state, place, sign_in_url, cause)
            }
            Self::Api | Self::Poll => self.error(state, error),
        };
        with_challenge(response)
    }

    /// Renders an error in this response format.
    pub fn error(self, state: &AppState, error: ApiError) -> Response {
        match self {
            Self::Page | Self::LivePage => error_page(state, &error, Account::Unknown),
            Self::Api => error.into_response(),
            Self::Poll => {
                let why = match error.status() {
                    StatusCode::UNAUTHORIZED => PollError::SignedOut,
                    _ => PollError::Unavailable,
                };
                let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
                (error.status(), AppendHeaders(error.retry_after()), headers, Json(why)).into_response()
            }
        }
    }
}

/// Returns whether the client accepts HTML, as a browser does when it submits a form.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::ResponseFormat;

    #[test]
    fn chooses_format_by_address_and_accept_header() {
        for (path, accept, format) in [
            ("/", "text/html,*/*", ResponseFormat::Page),
            ("/", "*/*", ResponseFormat::Page),
            ("/portfolios/1", "*/*", ResponseFormat::Page),
            ("/onboarding/progress?portfolioId=1", "text/html", ResponseFormat::LivePage),
            ("/api/v1/onboarding/portfolios", "*/*", ResponseFormat::Api),
            ("/api/v1/onboarding/portfolios/1/retry", "text/html,application/xhtml+xml", ResponseFormat::Page),
            ("/api/page/status?portfolio_id=1", "application/json", ResponseFormat::Poll),
            ("/api/page/status?portfolio_id=1", "text/html", ResponseFormat::Poll),
        ] {
            let (parts, ()) = Request::get(path).header("accept", accept).body(()).unwrap().into_parts();
            assert_eq!(ResponseFormat::from_parts(&parts), format, "{path} {accept}");
        }
    }
}
