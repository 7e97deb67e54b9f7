//! The error type of the API and its JSON format.
//!
//! Clients get a stable error code and a one-sentence message for users. The cause of each server
//! error is logged here, exactly once.

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
use crate::{
    pages::message::{PORTFOLIO_NOT_FOUND, PREVIEW_NOT_FOUND},
    server::{previews::PreviewError, store::StoreError},
};

/// Value of the `Retry-After` header for temporary errors, in seconds.
const RETRY_SECONDS: u32 = 2;

/// Value of the `Retry-After` header, in seconds, for a user who has reached the limit of 200
/// active runs. By the time the client retries, one of the runs has probably finished.
const RUN_RETRY_SECONDS: u32 = 30;

/// The body of every error response.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Code, message and details of the error.
    error: ErrorDetail,
}

/// The details of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable error code for programs.
    code: &'static str,
    /// One sentence for people: the problem and its remedy.
    message: String,
    /// For `invalid_portfolio`: the problems of all rows, at most 100. Empty for other codes.
    details: Vec<Problem>,
    /// For `invalid_portfolio`: the total number of problems, including unlisted ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    details_total: Option<usize>,
    /// For `invalid_portfolio`: the number of problems per problem code, including unlisted ones.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, usize>)]
    details_by_code: BTreeMap<ProblemCode, usize>,
    /// For server errors: the id of the entry in the server's log that contains the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// An error response.
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
    /// Creates an error for a problem that the client can fix.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), problems: Problems::default(), id: None, retry_after: None }
    }

    /// Creates a server error. The cause is written to the server's log; the client gets only the
    /// id of the log entry.
    fn server_error(status: StatusCode, code: &'static str, message: impl Into<String>, why: &dyn fmt::Debug) -> Self {
        let id = Uuid::new_v4();
        tracing::error!(error_id = %id, code, error = ?why, "request failed");
        Self { id: Some(id), ..Self::new(status, code, message) }
    }

    /// Creates the error for a bug in this program.
    pub fn internal(why: &dyn fmt::Debug) -> Self {
        let message = "Something went wrong on our side; please report this with the error id.";
        Self::server_error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message, why)
    }

    /// Creates the error for a user who exceeded a request limit and may retry after `seconds`.
    pub fn too_many_requests(seconds: u32) -> Self {
        let message = "You sent too many requests at once; wait a moment and try again.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message).with_retry_after(seconds)
    }

    fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Creates the error for a request without a valid session.
    pub fn unauthenticated() -> Self {
        let message = "You're not signed in; sign in and send the session with the request.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    /// Creates the error for a request with session cookies of different users.
    pub fn conflicting_cookies() -> Self {
        let message = "Your browser sent conflicting session cookies; delete this site's cookies, then sign in.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    /// Creates the error for a request whose session has expired.
    pub fn session_expired() -> Self {
        let message = "Your session has expired. Sign in again; your setups keep running.";
        Self::new(StatusCode::UNAUTHORIZED, "session_expired", message)
    }

    /// Creates the error for a request whose session cannot be verified, because the token issuer's
    /// keys were never loaded.
    pub fn sign_in_unavailable() -> Self {
        let message = "We can't reach the sign-in service to verify your session. Try again in a moment; your setups keep running.";
        let why = "the keys of the issuer were never loaded";
        Self::server_error(StatusCode::SERVICE_UNAVAILABLE, "sign_in_unavailable", message, &why)
            .with_retry_after(RETRY_SECONDS)
    }

    /// Creates the error for a portfolio id that is not a UUID.
    pub fn invalid_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_portfolio_id",
            "This isn't a portfolio id; open the portfolio from the start page.",
        )
    }

    /// Creates the error for a portfolio that does not exist or belongs to another user. The
    /// response does not reveal which.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "portfolio_not_found", PORTFOLIO_NOT_FOUND)
    }

    /// Creates the error for a preview that does not exist, has expired or belongs to another user.
    pub fn preview_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "preview_not_found", PREVIEW_NOT_FOUND)
    }

    /// Creates the error for a portfolio whose uploaded file is not stored.
    pub fn no_file() -> Self {
        let message = "This portfolio's file wasn't kept, because it was uploaded to an earlier version.";
        Self::new(StatusCode::NOT_FOUND, "no_file", message)
    }

    /// Creates the error that lists the problems of an upload.
    pub fn invalid_portfolio(problems: Problems) -> Self {
        let total = problems.total();
        let (noun, them) = if total == 1 { ("problem", "it") } else { ("problems", "them") };
        let mut message = format!(
            "The portfolio has {} {noun}, and nothing has started. Fix {them} and upload the file again.",
            group_thousands(&total.to_string())
        );
        if let Some(rest) = problems.rest() {
            message = format!("{message} {} are listed, and {rest}.", problems.listed().len());
        }
        Self { problems, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_portfolio", message) }
    }

    /// Creates the error for a request that exceeds a traffic limit.
    pub fn overload(overload: Overload) -> Self {
        match overload {
            Overload::UserRequests => Self::too_many_requests(1),
            Overload::UserBytes => {
                let message =
                    "You have too many uploads and downloads in progress; wait for one to finish, then try again.";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_bytes", message).with_retry_after(RETRY_SECONDS)
            }
            Overload::Server => {
                let message = "The server is busy; try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", message).with_retry_after(RETRY_SECONDS)
            }
        }
    }

    /// Creates the error for a request body that could not be read completely.
    pub fn unread_body(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Overload(overload) => Self::overload(overload),
            BodyFault::Slow => {
                let message = "The upload was too slow, so it was stopped; try again over a faster connection.";
                Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message)
            }
        }
    }

    /// Creates the error for a handler that did not respond in time.
    pub fn timed_out() -> Self {
        let message = "The server was too busy to respond in time; try again in a moment.";
        Self::server_error(StatusCode::SERVICE_UNAVAILABLE, "timed_out", message, &"a request timed out")
            .with_retry_after(RETRY_SECONDS)
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error message, followed by the error id for server errors.
    pub fn message_with_id(&self) -> String {
        match self.id {
            Some(id) => format!("{} Error id {id}.", self.message),
            None => self.message.clone(),
        }
    }

    /// Returns the `Retry-After` header, which only temporary errors have.
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
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_runs", message).with_retry_after(RUN_RETRY_SECONDS)
            }
            StoreError::AlreadyRunning => Self::new(StatusCode::CONFLICT, "already_running", message),
            StoreError::QuotaReached(_) => Self::new(StatusCode::CONFLICT, "quota_reached", message),
            StoreError::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
            StoreError::Unavailable(_) => {
                let message = format!("{message} Ask the operator of this server to check its log.");
                Self::server_error(StatusCode::INTERNAL_SERVER_ERROR, "store_failed", message, &error)
            }
            StoreError::Fenced | StoreError::Busy(_) => {
                let message = format!("{message} Try again in a moment.");
                Self::server_error(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", message, &error)
                    .with_retry_after(RETRY_SECONDS)
            }
        }
    }
}

/// Converts an error of a request about a preview.
impl From<PreviewError> for ApiError {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Unreadable(problem) => Self::invalid_portfolio(problem.into()),
            PreviewError::NoFile => Self::no_file(),
            PreviewError::TooManyChanges => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_many_changes",
                "There are too many changes to this file; correct the file itself and upload it again.",
            ),
            PreviewError::Store(StoreError::NotFound) => Self::preview_not_found(),
            PreviewError::Store(error) => error.into(),
            PreviewError::Internal(why) => Self::internal(&why),
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

/// Responds with 404 to unknown paths under `/api`.
pub async fn no_such_route() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "no_such_route",
        "Nothing exists at this address; check it against the API reference.",
    )
}
