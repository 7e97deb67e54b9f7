//! The page *Check Your Portfolio*: shows a preview, and handles its form.

use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::{StatusCode, Uri},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use positions::{Problem, ProblemCode};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::upload::{check_url, replace_url};
use crate::{
    pages::check::CheckView,
    server::{
        previews::{OpenPreview, PreviewError, PreviewState, StartOutcome},
        store::StoreError,
        web::{
            check_form::{Action, CheckForm},
            error::ApiError,
            identity::user::{CurrentUser, Writer},
            progress_redirect::to_live_page,
            responses::{self, error_page, preview_not_found},
            state::AppState,
        },
    },
};

/// The query parameters of the check page.
#[derive(Debug, Default, Deserialize)]
pub struct CheckParameters {
    /// Code of the kind of problem whose occurrences are all listed.
    all: Option<String>,
    /// Present if the person has pressed *Start Setup* and something was missing.
    start: Option<String>,
}

/// Handles `GET /portfolios/new/{id}?all=CODE`: the check page. Leads to the live page if the
/// preview has been started.
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    parameters: Result<Query<CheckParameters>, QueryRejection>,
    uri: Uri,
) -> Response {
    let Query(parameters) = parameters.unwrap_or_default();
    let Ok(id) = id.parse::<Uuid>() else { return preview_not_found(&state, user.account()) };
    match state.previews.open(&user.id, id).await {
        Ok(PreviewState::Started(run)) => to_live_page(&state, &user, run.portfolio_id).await,
        Ok(PreviewState::Open(open)) => {
            let problems = form_problems(&open, parameters.start.is_some());
            let all = parameters.all.and_then(|code| serde_json::from_value(Value::String(code)).ok());
            let view = CheckView { all, ..check_view(&state, &user, *open, problems) };
            render(&state, StatusCode::OK, uri, view, &user).await
        }
        Err(error) => failed(&state, &user, error),
    }
}

/// Handles `POST /portfolios/new/{id}`: the form of the check page. Stores the changes, and starts
/// the portfolio if *Start Setup* was pressed and no question is open.
pub async fn update(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    fields: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let user = writer.user();
    let Ok(id) = id.parse::<Uuid>() else { return preview_not_found(&state, user.account()) };
    let form = match fields {
        Ok(Form(fields)) => CheckForm::new(fields),
        Err(rejection) => return error_page(&state, &unread_form(&rejection), user.account()),
    };
    match apply(&state, user, id, &form).await {
        Ok(response) => response,
        Err(error) => failed(&state, user, error),
    }
}

/// Applies a form to a preview, and returns the response to it.
async fn apply(state: &AppState, user: &CurrentUser, id: Uuid, form: &CheckForm) -> Result<Response, PreviewError> {
    let open = match state.previews.open(&user.id, id).await? {
        PreviewState::Started(run) => return Ok(to_live_page(state, user, run.portfolio_id).await),
        PreviewState::Open(open) => *open,
    };
    let applied = form.apply(&open.preview.entries, &open.checked.content);
    if let Some(layout) = applied.forgotten {
        state.setups.store().forget_layouts(&user.id, Some(layout)).await?;
    }
    let changed = if applied.entries == open.preview.entries && applied.forgotten.is_none() {
        PreviewState::Open(Box::new(open))
    } else {
        match state.previews.change(open, applied.entries).await {
            // With this choice, for example another header row, nothing can be read. The page stays
            // as it was and says so.
            Err(PreviewError::Unreadable(problem)) => return show_problems(state, user, id, vec![problem]).await,
            changed => changed?,
        }
    };
    let open = match changed {
        PreviewState::Started(run) => return Ok(to_live_page(state, user, run.portfolio_id).await),
        PreviewState::Open(open) => open,
    };
    if !applied.problems.is_empty() {
        let view = check_view(state, user, *open, applied.problems);
        return Ok(render(state, StatusCode::UNPROCESSABLE_ENTITY, page_uri(id), view, user).await);
    }
    match form.action() {
        Action::Update => Ok(Redirect::to(&check_url(id, false)).into_response()),
        Action::ChangeFile => Ok(Redirect::to(&replace_url(id)).into_response()),
        Action::Start => match state.previews.start(open).await {
            Ok(StartOutcome::Started(started)) => Ok(to_live_page(state, user, started.run.portfolio_id).await),
            Ok(StartOutcome::Unanswered(_)) => Ok(Redirect::to(&check_url(id, true)).into_response()),
            Err(PreviewError::Store(error)) if !matches!(error, StoreError::NotFound) => {
                refuse(state, user, id, error.into()).await
            }
            Err(error) => Err(error),
        },
    }
}

/// Shows the check page with problems of the form that was just sent.
async fn show_problems(
    state: &AppState,
    user: &CurrentUser,
    id: Uuid,
    problems: Vec<Problem>,
) -> Result<Response, PreviewError> {
    let open = match state.previews.open(&user.id, id).await? {
        PreviewState::Started(run) => return Ok(to_live_page(state, user, run.portfolio_id).await),
        PreviewState::Open(open) => *open,
    };
    let view = check_view(state, user, open, problems);
    Ok(render(state, StatusCode::UNPROCESSABLE_ENTITY, page_uri(id), view, user).await)
}

/// Shows the check page with a refusal that none of its entries causes, such as a quota.
async fn refuse(state: &AppState, user: &CurrentUser, id: Uuid, error: ApiError) -> Result<Response, PreviewError> {
    let open = match state.previews.open(&user.id, id).await? {
        PreviewState::Started(run) => return Ok(to_live_page(state, user, run.portfolio_id).await),
        PreviewState::Open(open) => *open,
    };
    let view = CheckView { refusal: Some(error.message_with_id()), ..check_view(state, user, open, Vec::new()) };
    let page = render(state, error.status(), page_uri(id), view, user).await;
    Ok((AppendHeaders(error.retry_after()), page).into_response())
}

fn check_view(state: &AppState, user: &CurrentUser, open: OpenPreview, form_problems: Vec<Problem>) -> CheckView {
    let OpenPreview { preview, checked } = open;
    CheckView {
        id: preview.id,
        name: preview.entries.name,
        cash: preview.entries.cash,
        file_name: preview.file.name,
        checked,
        changes: preview.entries.changes,
        all: None,
        form_problems,
        refusal: None,
        corrects: preview.corrects,
        read_only: user.read_only(),
        source: state.setups.market_data().facts(),
    }
}

/// Returns the problems of the form's name and cash balance. An empty name is a problem only once
/// *Start Setup* was pressed.
fn form_problems(open: &OpenPreview, pressed_start: bool) -> Vec<Problem> {
    open.field_problems().filter(|problem| pressed_start || problem.code != ProblemCode::Required).collect()
}

async fn render(state: &AppState, status: StatusCode, uri: Uri, view: CheckView, user: &CurrentUser) -> Response {
    responses::page(state, status, uri, view.head().with_account(user.account()), view).await
}

/// Returns the address of the check page, for rendering it in response to its form.
fn page_uri(id: Uuid) -> Uri {
    check_url(id, false).parse().unwrap_or_default()
}

fn failed(state: &AppState, user: &CurrentUser, error: PreviewError) -> Response {
    match error {
        PreviewError::Store(StoreError::NotFound) => preview_not_found(state, user.account()),
        error => error_page(state, &error.into(), user.account()),
    }
}

/// Returns the error for a form that is too long or not a form.
fn unread_form(rejection: &FormRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = "The form is too long; correct the file itself and choose it again.";
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
    }
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_form", "Send the form from its page.")
}
