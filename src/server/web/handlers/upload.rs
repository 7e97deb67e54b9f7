//! The upload page: shows the form and handles its submission.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Multipart, Query, State, multipart::MultipartRejection, rejection::QueryRejection},
    http::{StatusCode, Uri},
    response::{AppendHeaders, IntoResponse, Response},
};
use positions::Problems;

use crate::{
    pages::{
        document::Account,
        upload::{KeptText, PortfolioList, UploadSidebar, UploadView},
    },
    server::web::{
        api::list_page::ListParameters,
        error::ApiError,
        identity::{
            rate_key::RateKey,
            rejection::Rejection,
            user::{CurrentUser, Writer},
        },
        middleware::traffic::InFlight,
        progress_redirect::to_live_page,
        responses::{self, error_page, with_challenge},
        state::AppState,
        upload_form::{UploadError, UploadForm},
    },
};

/// Number of portfolios per page of the *Your portfolios* list.
const PORTFOLIOS_PER_PAGE: u32 = 50;

/// Handles `GET /` and `GET /?before=…`: the upload page.
pub async fn form(
    State(state): State<AppState>,
    user: CurrentUser,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Response {
    let parameters = parameters.map(|Query(parameters)| parameters).unwrap_or_default();
    let sidebar = sidebar(&state, &user, parameters).await;
    let view = upload_view(sidebar, UploadForm::default(), Problems::default());
    render(&state, StatusCode::OK, view, user.account()).await
}

/// Handles `POST /`: the submitted upload form. The form works without JavaScript.
///
/// If the session expired while the user was filling in the form, the form is shown again with
/// their entries.
pub async fn submit(
    State(state): State<AppState>,
    Extension(in_flight): Extension<Arc<InFlight>>,
    writer: Result<Writer, Rejection>,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let writer = match writer {
        Ok(writer) => writer,
        Err(rejection) => {
            // Requests with an expired session all count against the limits of one shared user. An
            // expired token may be years old, so it does not prove that its user sent the request.
            let may_send = rejection.is_expired()
                && state.limits.count(&RateKey::ExpiredSessions).is_ok()
                && in_flight.belongs_to(&RateKey::ExpiredSessions).is_ok();
            let form_page = if may_send { redisplay_form(&state, body).await } else { None };
            return form_page.unwrap_or_else(|| rejection.into_response());
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
        Err(error) => return error_page(&state, &error, writer.user().account()),
    };
    match form.accept(&state, &writer).await {
        Ok(accepted) => to_live_page(&state, writer.user(), accepted.run.portfolio_id).await,
        Err(UploadError::Problems(problems)) => {
            let sidebar = sidebar(&state, writer.user(), ListParameters::default()).await;
            let view = upload_view(sidebar, form, problems);
            render(&state, StatusCode::UNPROCESSABLE_ENTITY, view, writer.user().account()).await
        }
        Err(UploadError::Other(error)) => {
            let sidebar = sidebar(&state, writer.user(), ListParameters::default()).await;
            let view = upload_view(sidebar, form, Problems::default());
            let view = UploadView { refusal: Some(error.message_with_id()), ..view };
            let page = render(&state, error.status(), view, writer.user().account()).await;
            (AppendHeaders(error.retry_after()), page).into_response()
        }
    }
}

/// Shows the form again with the entries of a user whose session expired while they were filling it
/// in. Returns `None` if the request body cannot be read.
async fn redisplay_form(state: &AppState, body: Result<Multipart, MultipartRejection>) -> Option<Response> {
    let mut form = UploadForm::read(body.ok()?).await.ok()?;
    // A file that is not UTF-8 cannot be shown as text without changing it. The next submission
    // would then silently upload the changed text, so the page asks for the file again.
    let lost_file = form.csv.as_deref().and_then(|csv| match KeptText::new(csv) {
        _ if str::from_utf8(csv).is_err() => Some("not text in UTF-8"),
        None => Some("too long to be shown here"),
        Some(_) => None,
    });
    form.csv = form.csv.filter(|_| lost_file.is_none());
    let sidebar = UploadSidebar::SignIn { url: state.config.sign_in_url.clone(), lost_file };
    let view = upload_view(sidebar, form, Problems::default());
    Some(with_challenge(render(state, StatusCode::UNAUTHORIZED, view, Account::SignedOut).await))
}

/// Renders the upload page, which is the same for `GET /` and `POST /`.
async fn render(state: &AppState, status: StatusCode, view: UploadView, account: Account) -> Response {
    responses::page(state, status, Uri::from_static("/"), view.head().with_account(account), view).await
}

async fn sidebar(state: &AppState, user: &CurrentUser, parameters: ListParameters) -> UploadSidebar {
    let list = parameters.with_limit(PORTFOLIOS_PER_PAGE).read(state, user).await;
    UploadSidebar::Own {
        source: state.setups.market_data().facts(),
        // If the list of portfolios cannot be loaded, the page shows the form with an error in
        // place of the list.
        portfolios: list
            .map(|page| PortfolioList { items: page.items, older: page.next.map(|query| format!("/?{query}")) })
            .map_err(|error| error.message_with_id()),
        read_only: user.read_only(),
    }
}

fn upload_view(sidebar: UploadSidebar, form: UploadForm, problems: Problems) -> UploadView {
    let kept = form.csv.as_deref().map(KeptText::new);
    UploadView {
        sidebar,
        name: form.name,
        cash: form.cash,
        file_is_too_long: matches!(kept, Some(None)),
        csv: kept.flatten(),
        problems,
        refusal: None,
    }
}
