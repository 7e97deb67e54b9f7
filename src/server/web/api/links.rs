//! `/api/v1/onboarding/portfolios/{id}/links`: makes, lists and deletes read-only links.

use axum::{
    Form, Json,
    extract::{
        FromRequest, Path, Request, State,
        rejection::{FormRejection, JsonRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::portfolio_id::parse_id;
use crate::server::{
    setups::{MAX_LINK_HOURS, NewLinkToken},
    store::{Link, MAX_LINKS},
    util::clock,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        middleware::traffic::arriving_body::fault_of,
        origin::absolute_url,
        query_parameters::QueryParameters,
        state::AppState,
    },
};

/// For how many hours a link works if the request does not say.
const DEFAULT_HOURS: u32 = 24;

/// The parameters of a new link, in the query, in a form or as JSON.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct LinkParameters {
    /// For how many hours the link works, from 1 to 168; 24 by default.
    #[param(minimum = 1, maximum = 168)]
    #[schema(minimum = 1, maximum = 168)]
    expires_in_hours: Option<u32>,
}

impl LinkParameters {
    /// Reads the parameters from the optional body of a request: JSON or a form.
    ///
    /// # Errors
    /// Returns a 400 error if the body is malformed, and other errors if it does not arrive.
    pub async fn from_body(request: Request) -> Result<Self, ApiError> {
        if content_type(&request) == Some("application/x-www-form-urlencoded") {
            let form: Result<Form<Self>, FormRejection> = Form::from_request(request, &()).await;
            return form.map(|Form(parameters)| parameters).map_err(|error| unread(&error));
        }
        match Option::<Json<Self>>::from_request(request, &()).await {
            Ok(json) => Ok(json.map(|Json(parameters)| parameters).unwrap_or_default()),
            Err(JsonRejection::MissingJsonContentType(_)) => Ok(Self::default()),
            Err(error) => Err(unread(&error)),
        }
    }

    /// Returns for how many hours the link is to work.
    ///
    /// # Errors
    /// Returns a 400 error if the number is out of range.
    pub fn hours(&self) -> Result<u32, ApiError> {
        let hours = self.expires_in_hours.unwrap_or(DEFAULT_HOURS);
        if (1..=MAX_LINK_HOURS).contains(&hours) {
            return Ok(hours);
        }
        let message = format!("A link can work for 1 to {MAX_LINK_HOURS} hours.");
        Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_expires_in_hours", message))
    }
}

/// A link that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeLink {
    link_id: Uuid,
    /// Address of the shared page. It is shown only here.
    url: String,
    /// The link works until this time, in UTC, as RFC 3339.
    expires_at: String,
}

impl MadeLink {
    fn new(headers: &HeaderMap, made: &NewLinkToken) -> Self {
        Self { link_id: made.link.id, url: shared_url(headers, made), expires_at: clock::rfc3339(made.link.expires_ms) }
    }
}

/// Returns the address of the page that a link leads to.
pub fn shared_url(headers: &HeaderMap, made: &NewLinkToken) -> String {
    absolute_url(headers, &format!("/shared/{}", made.token.reveal()))
}

/// A link of a portfolio, without its address.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkItem {
    link_id: Uuid,
    /// When the link was made, in UTC, as RFC 3339.
    created_at: String,
    /// The link works until this time, in UTC, as RFC 3339.
    expires_at: String,
}

impl LinkItem {
    fn new(link: &Link) -> Self {
        Self {
            link_id: link.id,
            created_at: clock::rfc3339(link.created_ms),
            expires_at: clock::rfc3339(link.expires_ms),
        }
    }
}

/// The query parameters of the list of links.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkListParameters {
    /// Maximum number of links in the response, from 1 to 200; 100 by default.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The id of the link after which the page starts.
    before: Option<Uuid>,
}

/// Makes a link with which anyone can read the status and the log of the portfolio's newest run.
///
/// The shared page has no quantities, values, results or files. Anyone with the link can read it
/// without a session. A portfolio has at most 20 links that work.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/links",
    tag = "links",
    params(("id" = Uuid, Path, description = "The portfolio id"), LinkParameters),
    request_body(content((Option<LinkParameters> = "application/json"), (Option<LinkParameters> = "application/x-www-form-urlencoded"))),
    responses(
        (status = 201, description = "The link, with its address", body = MadeLink),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_expires_in_hours`, `invalid_query`, `malformed_body`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 408, description = "`too_slow`: the body arrived too slowly", body = ErrorBody),
        (status = 409, description = "`quota_reached`: the portfolio has 20 links", body = ErrorBody),
    )
)]
pub async fn make(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    QueryParameters(query): QueryParameters<LinkParameters>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<MadeLink>), ApiError> {
    let body = LinkParameters::from_body(request).await?;
    let id = parse_id(&id)?;
    let parameters = if query.expires_in_hours.is_some() { query } else { body };
    let made = state.setups.make_link(&writer.user().id, id, parameters.hours()?).await?;
    Ok((StatusCode::CREATED, Json(MadeLink::new(&headers, &made))))
}

fn content_type(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

fn unread(error: &(dyn std::error::Error + 'static)) -> ApiError {
    if let Some(fault) = fault_of(error) {
        return ApiError::unread_body(fault);
    }
    let message = "Send expires_in_hours as a whole number, in the query, in a form or as JSON.";
    ApiError::new(StatusCode::BAD_REQUEST, "malformed_body", message)
}

/// Lists the links of a portfolio that work, newest first, page by page. Their addresses are not
/// stored, so they are not listed.
///
/// The `Link` header points to the next page. It is missing on the last page.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/portfolios/{id}/links",
    tag = "links",
    params(("id" = Uuid, Path, description = "The portfolio id"), LinkListParameters),
    responses(
        (status = 200, description = "A page of the links", body = Vec<LinkItem>, headers(("Link" = String, description = "The next page, with `rel=\"next\"`"))),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_limit`, `invalid_before`, `invalid_query`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    QueryParameters(LinkListParameters { limit, before }): QueryParameters<LinkListParameters>,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let links = state.setups.store().links(&user.id, id, clock::now_ms()).await?;
    let limit = limit.unwrap_or(100);
    if !(1..=200).contains(&limit) {
        return Err(bad_request("invalid_limit", "The limit must be a number from 1 to 200."));
    }
    // There are at most `MAX_LINKS`, so a page is cut from the whole list.
    debug_assert!(links.len() <= MAX_LINKS as usize);
    let first = match before {
        None => 0,
        Some(before) => match links.iter().position(|link| link.id == before) {
            Some(at) => at + 1,
            None => {
                return Err(bad_request("invalid_before", "This link doesn't exist; start again from the first page."));
            }
        },
    };
    let rest = &links[first..];
    let page = &rest[..limit.min(rest.len())];
    let next = page.last().filter(|_| page.len() < rest.len()).and_then(|last| {
        let url = format!("/api/v1/onboarding/portfolios/{id}/links?limit={limit}&before={}", last.id);
        HeaderValue::from_str(&format!("<{url}>; rel=\"next\"")).ok()
    });
    let items: Vec<LinkItem> = page.iter().map(LinkItem::new).collect();
    Ok((AppendHeaders(next.map(|next| (header::LINK, next))), Json(items)).into_response())
}

fn bad_request(code: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, code, message)
}

/// Takes a link back. It stops working at once.
#[utoipa::path(
    delete,
    path = "/api/v1/onboarding/portfolios/{id}/links/{link_id}",
    tag = "links",
    params(("id" = Uuid, Path, description = "The portfolio id"), ("link_id" = Uuid, Path, description = "The link id")),
    responses(
        (status = 204, description = "The link was taken back"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`link_not_found`", body = ErrorBody),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    Path((id, link_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let id = parse_id(&id)?;
    let deleted = match link_id.parse() {
        Ok(link_id) => state.setups.store().delete_link(&writer.user().id, id, link_id).await?,
        Err(_) => false,
    };
    if deleted {
        return Ok(StatusCode::NO_CONTENT);
    }
    let message = "This link doesn't exist; it may have expired or been taken back.";
    Err(ApiError::new(StatusCode::NOT_FOUND, "link_not_found", message))
}
