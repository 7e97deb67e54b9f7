//! Which door a request came through: a page, the API, or the polls of a page. Each is told in its own words that
//! nobody is signed in.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};

use super::{
    AppState,
    error::ApiError,
    pages::{page, trouble},
};
use crate::{
    api::PollError,
    server::{
        auth::Refusal,
        pages::{self, signed_out::SignedOutFrom},
    },
};

/// A way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A person's browser, which shows what comes.
    Page,
    /// The same, for the live page of a setup.
    LivePage,
    /// A program.
    Api,
    /// The live page, which asks how its setup stands.
    Poll,
}

impl Door {
    /// That of this request.
    pub fn of(parts: &Parts) -> Self {
        Self::at(&parts.uri, &parts.headers)
    }

    /// That of a request to this address with these headers.
    pub fn at(uri: &Uri, headers: &HeaderMap) -> Self {
        match uri.path() {
            path if path.starts_with("/api/page/") => Self::Poll,
            "/onboarding/progress" => Self::LivePage,
            path if path.starts_with("/api/") && !wants_page(headers) => Self::Api,
            _ => Self::Page,
        }
    }

    /// What is answered where there is no session.
    pub fn without_session(self, state: &AppState, refusal: Refusal) -> Response {
        // Whether the token is good is not known: to sign in again would not help.
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
                let cause = refusal.is_conflict().then(|| error.words());
                let place = if self == Self::LivePage { SignedOutFrom::LivePage } else { SignedOutFrom::Elsewhere };
                page(StatusCode::UNAUTHORIZED, pages::signed_out::render(&state.site, place, sign_in_url, cause))
            }
            Self::Api | Self::Poll => self.error(state, error),
        };
        let mut response = signed_out(response);
        // For those who can say more than this.
        response.extensions_mut().insert(refusal);
        response
    }

    /// An error in the words of this door.
    pub fn error(self, state: &AppState, error: ApiError) -> Response {
        match self {
            Self::Page | Self::LivePage => trouble(state, &error),
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

/// A browser's own form, not a program.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The answer, with what every 401 has to say (RFC 9110, 11.6.1).
pub fn signed_out(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    answer
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::Door;

    #[test]
    fn each_address_has_its_door_and_a_browsers_own_form_is_shown_a_page() {
        for (path, accept, door) in [
            ("/", "text/html,*/*", Door::Page),
            ("/", "*/*", Door::Page),
            ("/portfolios/1", "*/*", Door::Page),
            ("/onboarding/progress?portfolioId=1", "text/html", Door::LivePage),
            ("/api/v1/onboarding/portfolios", "*/*", Door::Api),
            ("/api/v1/onboarding/portfolios/1/retry", "text/html,application/xhtml+xml", Door::Page),
            ("/api/page/status?portfolio_id=1", "application/json", Door::Poll),
            ("/api/page/status?portfolio_id=1", "text/html", Door::Poll),
        ] {
            let (parts, ()) = Request::get(path).header("accept", accept).body(()).unwrap().into_parts();
            assert_eq!(Door::of(&parts), door, "{path} {accept}");
        }
    }
}
