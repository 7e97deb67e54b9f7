//! The pages: the upload form and what it answers, the live page, the results, and what is not there.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Multipart, Path, Query, State, multipart::MultipartRejection, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    AppState, CurrentUser, Visitor, Writer,
    door::signed_out,
    error::ApiError,
    list_page::ListParameters,
    portfolios::to_live_page,
    traffic::InFlight,
    upload::{Refused, UploadForm},
};
use crate::{
    pages::progress::PageData,
    server::{
        StatusQuery,
        auth::Refusal,
        pages::{
            self, Page,
            message::Message,
            upload::{Beside, KeptText, PortfolioList, UploadView},
        },
        portfolio::Problems,
        store::{StoreError, StoreResult},
    },
    status::Status,
};

/// Whom the limits take those for whose tokens ended. No user has such a name.
const TOO_LATE: &str = "too late";

/// Portfolios on a page of *Your portfolios*.
const PORTFOLIOS_SHOWN: u32 = 50;

/// `GET /`, `GET /?before=…`
pub async fn upload(
    State(state): State<AppState>,
    user: CurrentUser,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Response {
    let parameters = parameters.map(|Query(parameters)| parameters).unwrap_or_default();
    let beside = beside(&state, &user, parameters).await;
    page(StatusCode::OK, pages::upload::render(upload_view(&state, beside, UploadForm::default(), Problems::default())))
}

/// `POST /`: the same form without scripts.
///
/// Of somebody whose token ended while they filled it in, it is shown again as it came.
pub async fn submit(
    State(state): State<AppState>,
    Extension(in_flight): Extension<Arc<InFlight>>,
    writer: Result<Writer, Response>,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let writer = match writer {
        Ok(writer) => writer,
        Err(answer) => {
            let was_here = answer.extensions().get() == Some(&Refusal::Expired);
            // All of them together may send as much as one user: a token that ended says whose it was, not since when.
            let may_send = was_here && state.limits.count(TOO_LATE).is_ok() && in_flight.belongs_to(TOO_LATE).is_ok();
            let again = if may_send { shown_again(&state, body).await } else { None };
            return again.unwrap_or(answer);
        }
    };
    let read = match body {
        Ok(body) => UploadForm::read(body).await,
        Err(_) => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_multipart",
            "Send the form from the start page.",
        )),
    };
    let form = match read {
        Ok(form) => form,
        Err(error) => return trouble(&state, &error),
    };
    match form.accept(&state, &writer).await {
        Ok(accepted) => to_live_page(&state, writer.user(), accepted.run.portfolio_id).await,
        Err(Refused::Problems(problems)) => {
            let beside = beside(&state, writer.user(), ListParameters::default()).await;
            let view = upload_view(&state, beside, form, problems);
            page(StatusCode::UNPROCESSABLE_ENTITY, pages::upload::render(view))
        }
        Err(Refused::Other(error)) => {
            let beside = beside(&state, writer.user(), ListParameters::default()).await;
            let view = upload_view(&state, beside, form, Problems::default());
            let view = UploadView { refusal: Some(error.words()), ..view };
            (AppendHeaders(error.retry_after()), page(error.status(), pages::upload::render(view))).into_response()
        }
    }
}

/// The form as it came, for whoever was refused for a token that had ended: they need not enter it anew. `None` where it
/// cannot be read.
async fn shown_again(state: &AppState, body: Result<Multipart, MultipartRejection>) -> Option<Response> {
    let mut form = UploadForm::read(body.ok()?).await.ok()?;
    // Shown as something else it would be taken for text the next time, and nobody would have said that it was not.
    let lost_file = form.csv.as_deref().and_then(|csv| match KeptText::new(csv) {
        _ if str::from_utf8(csv).is_err() => Some("not text in UTF-8"),
        None => Some("too long to be shown here"),
        Some(_) => None,
    });
    form.csv = form.csv.filter(|_| lost_file.is_none());
    let beside = Beside::SignIn { url: state.config.sign_in_url.clone(), lost_file };
    let shown = pages::upload::render(upload_view(state, beside, form, Problems::default()));
    Some(signed_out(page(StatusCode::UNAUTHORIZED, shown)))
}

async fn beside(state: &AppState, user: &CurrentUser, parameters: ListParameters) -> Beside {
    let list = parameters.with_limit(PORTFOLIOS_SHOWN).read(state, user).await;
    Beside::Own {
        source: state.setups.market_data().facts(),
        // The form is worth showing where the list cannot be read.
        portfolios: list
            .map(|page| PortfolioList { items: page.items, older: page.next.map(|query| format!("/?{query}")) })
            .map_err(|error| error.words()),
        read_only: user.read_only(),
    }
}

fn upload_view(state: &AppState, beside: Beside, form: UploadForm, problems: Problems) -> UploadView {
    let kept = form.csv.as_deref().map(KeptText::new);
    UploadView {
        site: state.site.clone(),
        beside,
        name: form.name,
        cash: form.cash,
        file_is_too_long: matches!(kept, Some(None)),
        csv: kept.flatten(),
        problems,
        refusal: None,
    }
}

/// The parameters of the live page.
#[derive(Debug, Deserialize)]
pub struct ProgressParameters {
    #[serde(rename = "portfolioId")]
    portfolio_id: Option<String>,
    /// An earlier attempt; the newest without it.
    attempt: Option<u32>,
}

/// `GET /onboarding/progress?portfolioId=ID&attempt=N`
pub async fn progress(
    State(state): State<AppState>,
    visitor: Visitor,
    Query(parameters): Query<ProgressParameters>,
) -> Response {
    let Some(id) = parameters.portfolio_id.filter(|id| !id.is_empty()) else {
        return Redirect::to("/").into_response();
    };
    let Ok(id) = id.parse::<Uuid>() else { return unknown(&state) };
    match shown_status(&state, &visitor, id, parameters.attempt).await {
        Ok((status, read_only)) => {
            let dashboard_url = match &state.config.dashboard_url {
                Some(url) => url.replace("{portfolio_id}", &id.to_string()),
                None => format!("/portfolios/{id}"),
            };
            let sign_in_url = state.config.sign_in_url.clone();
            live_page(&state, PageData { status, dashboard_url, sign_in_url, read_only: read_only.map(str::to_owned) })
        }
        Err(StoreError::NotFound) => unknown(&state),
        Err(error) => trouble(&state, &error.into()),
    }
}

/// The status, and why it is shown to somebody who can change nothing, if it is.
async fn shown_status(
    state: &AppState,
    visitor: &Visitor,
    id: Uuid,
    attempt: Option<u32>,
) -> StoreResult<(Status, Option<&'static str>)> {
    let reader = visitor.reads(state, id).await?;
    let status = match attempt {
        Some(attempt) => state.setups.status_of_attempt(reader, id, attempt).await,
        None => state.setups.status(reader, id, StatusQuery { after: Some(0) }).await,
    };
    Ok((status?, visitor.read_only(reader)))
}

/// The live page that shows this.
pub fn live_page(state: &AppState, data: PageData) -> Response {
    page(StatusCode::OK, pages::live::render(&state.site, data))
}

/// `GET /portfolios/{id}?sort=weight&order=reversed&find=AAP&page=2`
pub async fn results(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    parameters: Result<Query<pages::results::Parameters>, QueryRejection>,
) -> Response {
    let Ok(id) = id.parse::<Uuid>() else { return unknown(&state) };
    let query = parameters.map(|Query(parameters)| parameters).unwrap_or_default().into();
    let results = async { state.setups.results(visitor.reads(&state, id).await?, id).await };
    match results.await {
        Ok(results) => page(StatusCode::OK, pages::results::render(&state.site, &results, &query)),
        Err(StoreError::NotFound) => unknown(&state),
        Err(error) => trouble(&state, &error.into()),
    }
}

/// Any other address.
pub async fn not_found(State(state): State<AppState>) -> Response {
    let message = Message { title: "Page Not Found", text: "There is nothing at this address.".to_owned() };
    page(StatusCode::NOT_FOUND, pages::message::render(&state.site, message))
}

fn unknown(state: &AppState) -> Response {
    let message =
        Message { title: "Portfolio Not Found", text: "There is no such portfolio, or it was deleted.".to_owned() };
    page(StatusCode::NOT_FOUND, pages::message::render(&state.site, message))
}

/// A page that says what went wrong.
pub(super) fn trouble(state: &AppState, error: &ApiError) -> Response {
    let message = Message { title: "Something Went Wrong", text: error.words() };
    (AppendHeaders(error.retry_after()), page(error.status(), pages::message::render(&state.site, message)))
        .into_response()
}

/// A page with a policy that allows its own script and nothing else.
pub(super) fn page(status: StatusCode, page: Page) -> Response {
    let mut partners = String::new();
    for origin in &page.partners {
        partners.push(' ');
        partners.push_str(origin);
    }
    // The script that renews sessions keeps its time in a worker: a tab that is out of sight would let it sleep.
    let worker = if partners.is_empty() { "" } else { "; worker-src blob:" };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{partners}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'{worker}",
        page.nonce
    );
    let mut response =
        (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], page.html)
            .into_response();
    // A nonce is letters, digits and a few signs; were it not, the strict policy of every answer stands.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
