//! The one error type of the API, and its JSON.
//!
//! What a client sees is a stable code and one sentence. Inner errors go to the server's log, once, here.

use std::{collections::BTreeMap, fmt};

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use positions::{Problem, ProblemCode, Problems};
use serde::Serialize;
use text::group_thousands;
use utoipa::ToSchema;
use uuid::Uuid;

use super::middleware::traffic::{Overload, arriving_body::BodyFault};
use crate::server::store::StoreError;

/// When what does not answer now may do so again, in seconds.
const TRY_AGAIN: u32 = 2;

/// When one of two hundred setups has probably ended, in seconds.
const A_RUN_ENDS: u32 = 30;

/// What every error of the API looks like.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    error: ErrorDetail,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable word for programs.
    code: &'static str,
    /// One sentence for a person.
    message: String,
    /// With `invalid_portfolio` the problems of all rows, at most 100; empty otherwise.
    details: Vec<Problem>,
    /// With `invalid_portfolio` how many problems there are, listed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    details_total: Option<usize>,
    /// With `invalid_portfolio` how many problems there are of each code, listed or not.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, usize>)]
    details_by_code: BTreeMap<ProblemCode, usize>,
    /// Where the server is at fault: what its log calls this error.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// An answer that is not what was asked for.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    problems: Problems,
    id: Option<Uuid>,
    retry_after: Option<u32>,
}

impl ApiError {
    /// An error with this status, stable code and sentence, which the client can do something about.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), problems: Problems::default(), id: None, retry_after: None }
    }

    /// An error of the server. Why goes to its log, under an id that the client is told instead.
    fn of_server(status: StatusCode, code: &'static str, message: impl Into<String>, why: &dyn fmt::Debug) -> Self {
        let id = Uuid::new_v4();
        tracing::error!(error_id = %id, code, ?why, "a request was not answered");
        Self { id: Some(id), ..Self::new(status, code, message) }
    }

    /// The program itself is at fault.
    pub fn internal(why: &dyn fmt::Debug) -> Self {
        let message = "An error in our own program; please report it with its id.";
        Self::of_server(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message, why)
    }

    /// One user asks too much; welcome again after so many seconds.
    pub fn too_many_requests(seconds: u32) -> Self {
        let message = "These are too many requests at once. Wait a moment and ask again.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message).after(seconds)
    }

    fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        let message = "Nobody is signed in here. Sign in and send the session with the request.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    /// Cookies of different users came together.
    pub fn conflicting_cookies() -> Self {
        let message = "Your browser sent contradicting session cookies; delete the cookies of this site, then sign in.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    /// Somebody was signed in.
    pub fn session_expired() -> Self {
        let message = "The session is over. Sign in again; setups go on meanwhile.";
        Self::new(StatusCode::UNAUTHORIZED, "session_expired", message)
    }

    /// Whether somebody is signed in cannot be found out.
    pub fn sign_in_unavailable() -> Self {
        let message = "Sessions cannot be verified yet: the keys of the sign-in service were never to be had. Try again in a moment; setups go on meanwhile.";
        let why = "the keys of the issuer were never to be had";
        Self::of_server(StatusCode::SERVICE_UNAVAILABLE, "sign_in_unavailable", message, &why).after(TRY_AGAIN)
    }

    /// The identifier is not one.
    pub fn invalid_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_portfolio_id",
            "This is not a portfolio id. Open the portfolio from the start page.",
        )
    }

    /// Unknown, or somebody else's: nobody learns which.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "portfolio_not_found", "There is no such portfolio.")
    }

    /// All problems of an upload.
    pub fn invalid_portfolio(problems: Problems) -> Self {
        let total = problems.total();
        let (noun, them) = if total == 1 { ("problem", "it") } else { ("problems", "them") };
        let mut message = format!(
            "The portfolio has {} {noun}; nothing was started. Correct {them} and upload the file again.",
            group_thousands(&total.to_string())
        );
        if let Some(rest) = problems.rest() {
            message = format!("{message} {} are listed, and {rest}.", problems.listed().len());
        }
        Self { problems, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_portfolio", message) }
    }

    /// A limit of what may be under way was reached.
    pub fn overload(overload: Overload) -> Self {
        match overload {
            Overload::UserRequests => Self::too_many_requests(1),
            Overload::UserBytes => {
                let message =
                    "You have too many uploads and downloads in progress. Wait for one to finish, then try again.";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_bytes", message).after(TRY_AGAIN)
            }
            Overload::Server => {
                let message = "The server is busy. Try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", message).after(TRY_AGAIN)
            }
        }
    }

    /// A body was not read to its end.
    pub fn unread_body(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Overload(overload) => Self::overload(overload),
            BodyFault::Slow => {
                let message = "The upload arrived too slowly and was stopped. Try again over a faster connection.";
                Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message)
            }
        }
    }

    /// Nothing came of a request in time.
    pub fn timed_out() -> Self {
        let message = "The server was too busy to answer in time. Try again in a moment.";
        Self::of_server(StatusCode::SERVICE_UNAVAILABLE, "timed_out", message, &"a request timed out").after(TRY_AGAIN)
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence, and the id to report it by.
    pub fn message_with_id(&self) -> String {
        match self.id {
            Some(id) => format!("{} Error id {id}.", self.message),
            None => self.message.clone(),
        }
    }

    /// When to ask again, as a header.
    pub fn retry_after(&self) -> Option<(HeaderName, HeaderValue)> {
        self.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into()))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::TooManyRuns => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_runs", message).after(A_RUN_ENDS)
            }
            StoreError::AlreadyRunning => Self::new(StatusCode::CONFLICT, "already_running", message),
            StoreError::QuotaReached(_) => Self::new(StatusCode::CONFLICT, "quota_reached", message),
            StoreError::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
            StoreError::Unavailable(_) => {
                let message = format!("{message} Ask the operator of this server to check its log.");
                Self::of_server(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", message, &error)
            }
            StoreError::Fenced | StoreError::Busy(_) => {
                let message = format!("{message} Try again in a moment.");
                Self::of_server(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", message, &error).after(TRY_AGAIN)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after();
        let Self { status, code, message, problems, id, .. } = self;
        let details_total = (!problems.is_empty()).then(|| problems.total());
        let (details, details_by_code) = problems.into_parts();
        let body = ErrorBody { error: ErrorDetail { code, message, details, details_total, details_by_code, id } };
        (status, AppendHeaders(retry_after), [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

/// For paths below `/api` that are no route.
pub async fn no_such_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_route", "There is nothing at this address.")
}
