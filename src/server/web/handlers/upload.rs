//! The upload page: shows the form and handles its submission.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Multipart, Query, State, multipart::MultipartRejection, rejection::QueryRejection},
    http::{StatusCode, Uri},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use chrono::Utc;
use positions::{Problems, Reading};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    pages::{
        document::Account,
        upload::{Done, KeptText, PortfolioList, UploadSidebar, UploadView},
    },
    server::{
        previews::{PreviewError, no_file},
        results::age::PriceDays,
        store::{Preview, PreviewEntries},
        web::{
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
            upload_form::{ReadUpload, RejectedUpload, UploadForm},
        },
    },
};

/// Number of portfolios per page of the *Your portfolios* list.
const PORTFOLIOS_PER_PAGE: u32 = 50;

/// The query parameters of the upload page, besides those of the list.
#[derive(Debug, Default, Deserialize)]
pub struct HomeParameters {
    /// A preview whose name and cash balance the form is filled with, because the person wants to
    /// choose another file.
    preview: Option<Uuid>,
    /// Code of what the person has just done with a portfolio.
    done: Option<String>,
}

/// Handles `GET /`, `GET /?before=…`, `GET /?done=…` and `GET /?preview=…`: the upload page.
pub async fn form(
    State(state): State<AppState>,
    user: CurrentUser,
    parameters: Result<Query<ListParameters>, QueryRejection>,
    home: Result<Query<HomeParameters>, QueryRejection>,
) -> Response {
    let parameters = parameters.map(|Query(parameters)| parameters).unwrap_or_default();
    let Query(HomeParameters { preview, done }) = home.unwrap_or_default();
    // If the preview has expired, the form is empty.
    let known = match preview {
        Some(id) => state.previews.unread(&user.id, id).await.ok(),
        None => None,
    };
    let form = known.map_or_else(UploadForm::default, |Preview { id, entries, corrects, .. }| UploadForm {
        name: entries.name,
        cash: entries.cash,
        corrects: corrects.map(|_| id),
        ..UploadForm::default()
    });
    let done = done.as_deref().and_then(Done::from_code);
    let sidebar = sidebar(&state, &user, parameters, done).await;
    let view = upload_view(sidebar, form, Problems::default());
    render(&state, StatusCode::OK, view, user.account()).await
}

/// Handles `POST /`: the submitted upload form. The form works without JavaScript.
///
/// Starts the portfolio if the form is valid and the file raises neither a question nor a warning.
/// Otherwise, a file that can be read becomes a preview.
///
/// If the session expired while the user was filling in the form, the form is shown again with
/// their entries.
pub async fn submit(
    State(state): State<AppState>,
    Extension(in_flight): Extension<Arc<InFlight>>,
    writer: Result<Writer, Rejection>,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let (writer, form) = match read_form(&state, &in_flight, writer, body).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let user = writer.user();
    // A correction is always checked before it starts.
    if form.corrects.is_some() {
        return check(&state, user, form).await;
    }
    if form.sample {
        return match state.previews.start_sample(&user.id, form.token).await {
            Ok(started) => to_live_page(&state, user, started.run.portfolio_id).await,
            Err(error) => refuse(&state, user, form, error.into()).await,
        };
    }
    match form.check(&state.previews, &user.id, true).await {
        Ok(Ok(upload)) if upload.checked.needs_check() => save(&state, user, form, false).await,
        Ok(Ok(ReadUpload { form: valid, file, checked })) => {
            match state.previews.start_file(&user.id, file, &checked, &valid).await {
                Ok(started) => to_live_page(&state, user, started.run.portfolio_id).await,
                Err(error) => refuse(&state, user, form, error.into()).await,
            }
        }
        // A file that cannot be shown as text would be lost with the form, so it becomes a preview
        // even though the form has problems.
        Ok(Err(RejectedUpload { is_file_readable: true, .. })) if !can_be_kept(&form) => {
            save(&state, user, form, true).await
        }
        Ok(Err(RejectedUpload { problems, .. })) => show_problems(&state, user, form, problems).await,
        Err(error) => refuse(&state, user, form, error).await,
    }
}

/// Handles `POST /portfolios/new`: always makes a preview of the file, and starts nothing. Name and
/// cash balance may follow later.
pub async fn check_first(
    State(state): State<AppState>,
    Extension(in_flight): Extension<Arc<InFlight>>,
    writer: Result<Writer, Rejection>,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let (writer, form) = match read_form(&state, &in_flight, writer, body).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    check(&state, writer.user(), form).await
}

/// Makes a preview of the file, unless it cannot be read.
async fn check(state: &AppState, user: &CurrentUser, form: UploadForm) -> Response {
    let problem = match &form.file {
        None => Some(no_file()),
        Some(file) => match state.previews.read(&user.id, file.bytes.clone(), &Reading::default()).await {
            Ok(_) => None,
            Err(PreviewError::Unreadable(problem)) => Some(problem),
            Err(error) => return refuse(state, user, form, error.into()).await,
        },
    };
    match problem {
        None => save(state, user, form, false).await,
        Some(problem) => show_problems(state, user, form, problem.into()).await,
    }
}

/// Reads the form of a user who may upload. Otherwise returns the response: a refusal, or the form
/// with its entries if the session has expired.
async fn read_form(
    state: &AppState,
    in_flight: &InFlight,
    writer: Result<Writer, Rejection>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<(Writer, UploadForm), Response> {
    let writer = match writer {
        Ok(writer) => writer,
        Err(rejection) => {
            // Requests with an expired session all count against the limits of one shared user. An
            // expired token may be years old, so it does not prove that its user sent the request.
            let may_send = rejection.is_expired()
                && state.limits.count(&RateKey::ExpiredSessions).is_ok()
                && in_flight.belongs_to(&RateKey::ExpiredSessions).is_ok();
            let form_page = if may_send { redisplay_form(state, body).await } else { None };
            return Err(form_page.unwrap_or_else(|| rejection.into_response()));
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
    match read {
        Ok(form) => Ok((writer, form)),
        Err(error) => Err(error_page(state, &error, writer.user().account())),
    }
}

/// Stores the file as a preview, or as the file of an open correction, and redirects to the check
/// page. `pressed_start` means that the
/// page should list problems of fields that are still empty.
async fn save(state: &AppState, user: &CurrentUser, form: UploadForm, pressed_start: bool) -> Response {
    let Some(file) = form.file.clone() else {
        return refuse(state, user, form, ApiError::internal(&"a form without a file was read")).await;
    };
    let entries = PreviewEntries { name: form.name.clone(), cash: form.cash.clone(), changes: Reading::default() };
    let saved = match form.corrects {
        Some(id) => state.previews.replace_file(&user.id, id, file, entries).await.map(|()| id),
        None => state.previews.save(&user.id, file, entries).await,
    };
    match saved {
        Ok(id) => Redirect::to(&check_url(id, pressed_start)).into_response(),
        Err(error) => refuse(state, user, form, error.into()).await,
    }
}

/// Returns the URL of a preview's check page.
pub fn check_url(id: Uuid, pressed_start: bool) -> String {
    format!("/portfolios/new/{id}{}", if pressed_start { "?start=refused" } else { "" })
}

/// Returns the URL of the form in which the person chooses another file for a preview.
pub fn replace_url(id: Uuid) -> String {
    format!("/?preview={id}")
}

/// Shows the form again with the problems found in it.
async fn show_problems(state: &AppState, user: &CurrentUser, form: UploadForm, problems: Problems) -> Response {
    let sidebar = sidebar(state, user, ListParameters::default(), None).await;
    let view = upload_view(sidebar, form, problems);
    render(state, StatusCode::UNPROCESSABLE_ENTITY, view, user.account()).await
}

/// Shows the form again with a refusal that none of its entries causes, such as a quota.
async fn refuse(state: &AppState, user: &CurrentUser, form: UploadForm, error: ApiError) -> Response {
    let sidebar = sidebar(state, user, ListParameters::default(), None).await;
    let view = upload_view(sidebar, form, Problems::default());
    let view = UploadView { refusal: Some(error.message_with_id()), ..view };
    let page = render(state, error.status(), view, user.account()).await;
    (AppendHeaders(error.retry_after()), page).into_response()
}

/// Returns whether the file can come back in the form's text area without a change.
fn can_be_kept(form: &UploadForm) -> bool {
    form.file.as_ref().is_none_or(|file| lost_file(&file.bytes).is_none())
}

/// Returns why a file cannot be shown as text. A file that is not UTF-8 would be changed, and the
/// next submission would silently upload the changed text.
fn lost_file(bytes: &[u8]) -> Option<&'static str> {
    if str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        return Some("not text in UTF-8");
    }
    KeptText::new(bytes).is_none().then_some("too long to be shown here")
}

/// Shows the form again with the entries of a user whose session expired while they were filling it
/// in. Returns `None` if the request body cannot be read.
async fn redisplay_form(state: &AppState, body: Result<Multipart, MultipartRejection>) -> Option<Response> {
    let mut form = UploadForm::read(body.ok()?).await.ok()?;
    let lost_file = form.file.as_ref().and_then(|file| lost_file(&file.bytes));
    form.file = form.file.filter(|_| lost_file.is_none());
    let sidebar = UploadSidebar::SignIn { url: state.config.sign_in_url.clone(), lost_file };
    let view = upload_view(sidebar, form, Problems::default());
    Some(with_challenge(render(state, StatusCode::UNAUTHORIZED, view, Account::SignedOut).await))
}

/// Renders the upload page, which is the same for `GET /` and `POST /`.
async fn render(state: &AppState, status: StatusCode, view: UploadView, account: Account) -> Response {
    responses::page(state, status, Uri::from_static("/"), view.head().with_account(account), view).await
}

async fn sidebar(
    state: &AppState,
    user: &CurrentUser,
    parameters: ListParameters,
    done: Option<Done>,
) -> UploadSidebar {
    let place = parameters.place();
    let list = parameters.with_limit(PORTFOLIOS_PER_PAGE).read(state, user).await;
    let prices = PriceDays::read(state.setups.market_data(), Utc::now()).await;
    UploadSidebar::Own {
        source: Box::new(state.setups.market_data().facts()),
        // If the list of portfolios cannot be loaded, the page shows the form with an error in
        // place of the list.
        portfolios: list
            .map(|page| PortfolioList {
                items: page.items,
                older: page.next.map(|query| format!("/?{query}")),
                place,
                done,
                prices,
                dashboard_url: state.config.dashboard_url.clone(),
            })
            .map_err(|error| error.message_with_id()),
        read_only: user.read_only(),
    }
}

fn upload_view(sidebar: UploadSidebar, form: UploadForm, problems: Problems) -> UploadView {
    let kept = form.file.as_ref().map(|file| {
        let bytes = file.bytes.as_slice();
        if lost_file(bytes).is_some() { None } else { KeptText::new(bytes) }
    });
    UploadView {
        sidebar,
        corrects: form.corrects,
        name: form.name,
        cash: form.cash,
        file_is_too_long: matches!(kept, Some(None)),
        csv: kept.flatten(),
        problems,
        refusal: None,
    }
}
