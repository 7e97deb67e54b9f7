//! `/api/v1/onboarding/portfolios/preview`: reads a file and starts nothing. Also starts previews,
//! for `portfolios::create`.

use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use positions::{
    CashFound, DraftPosition, EXAMPLES, FileKind, FileWarning, LeftOutRows, Problem, ProblemGroup, Reading, Totals,
    parse_cash, validate_name,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::server::{
    previews::{CheckedFile, PreviewState, PriceEstimate, StartOutcome, StartedPortfolio, no_file},
    store::PreviewEntries,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::Writer,
        state::AppState,
        upload_form::UploadForm,
    },
};

/// The content of a file as it was understood. Nothing has started.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewBody {
    /// Starts exactly one portfolio, by `POST /api/v1/onboarding/portfolios`. Kept for a day.
    preview_id: Uuid,
    kind: FileKind,
    /// The name of the layout, if it is known.
    layout: Option<String>,
    /// How the file was read. Send it back with changes to have it read differently.
    reading: Reading,
    /// Id of the layout that was applied because an earlier file with this header was mapped.
    remembered: Option<Uuid>,
    positions: Vec<DraftPosition>,
    cash: Option<CashFound>,
    not_positions: Vec<LeftOutRows>,
    /// Open questions and mistakes, one entry per kind, with at most three examples.
    problems: Vec<ProblemGroup>,
    warnings: Vec<FileWarning>,
    totals: Totals,
    prices: PriceEstimate,
    /// Whether the portfolio can start: the file has positions and no open question.
    can_start: bool,
}

/// The form fields of a preview.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only documents the form in the OpenAPI document; `UploadForm` parses it")]
struct PreviewUpload {
    /// File of positions or transactions.
    #[schema(value_type = Option<String>, format = Binary)]
    csv_file: Option<String>,
    /// The content of a file as text, in place of `csv_file`.
    text: Option<String>,
    /// Name of the portfolio, up to 100 characters. It may follow when the preview is started.
    portfolio_name: Option<String>,
    /// Cash balance in US dollars; 0 by default.
    cash_balance: Option<String>,
    /// The JSON of an earlier answer's `reading`, with changes.
    reading: Option<String>,
}

/// The JSON that starts a preview.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StartPreview {
    pub preview_id: Uuid,
    /// Name of the portfolio; that of the preview by default.
    #[serde(default)]
    pub portfolio_name: Option<String>,
    /// Cash balance in US dollars; that of the preview by default.
    #[serde(default)]
    pub cash_balance: Option<CashBalance>,
    /// Changes of the reading, in addition to those of the preview.
    #[serde(default)]
    pub reading: Option<Reading>,
}

/// An amount as a JSON number or as text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CashBalance {
    Number(f64),
    Text(String),
}

impl CashBalance {
    /// Returns the amount as a person would type it.
    fn typed(self) -> String {
        match self {
            Self::Number(amount) => amount.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// Reads a file and returns what it was understood to hold. Starts nothing.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/preview",
    tag = "portfolios",
    request_body(content = PreviewUpload, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "What the file was understood to hold", body = PreviewBody),
        (status = 400, description = "`invalid_reading`, `malformed_body`", body = ErrorBody),
        (status = 408, description = "`too_slow`: the upload arrived too slowly", body = ErrorBody),
        (status = 409, description = "`quota_reached`: too much is stored", body = ErrorBody),
        (status = 413, description = "`too_large`: the upload is over 10 MB, or a field is too long", body = ErrorBody),
        (status = 415, description = "`not_multipart`", body = ErrorBody),
        (status = 422, description = "`invalid_portfolio`: there is no file, it holds no table of positions, or the name or cash balance is invalid", body = ErrorBody),
        (status = 429, description = "`too_many_bytes`: the user's uploads and downloads in progress are too large", body = ErrorBody),
        (status = 503, description = "`server_busy`", body = ErrorBody),
    )
)]
pub async fn preview(
    State(state): State<AppState>,
    writer: Writer,
    body: Result<Multipart, MultipartRejection>,
) -> Result<impl IntoResponse, ApiError> {
    let body = body.map_err(|_| {
        let message = "Send the file as multipart/form-data with csv_file or text.";
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_multipart", message)
    })?;
    let form = UploadForm::read(body).await?;
    let user = &writer.user().id;
    let changes = form.changes()?;
    let file = form.file.clone().ok_or_else(|| ApiError::invalid_portfolio(no_file().into()))?;
    check_fields(&form)?;
    let checked = state.previews.read(user, file.bytes.clone(), &changes).await?;
    let entries = PreviewEntries { name: form.name, cash: form.cash, changes };
    let id = state.previews.save(user, file, entries).await?;
    let write = move || serde_json::to_vec(&PreviewBody::new(id, checked));
    let json = state.setups.computing().run(write).await.map_err(|error| ApiError::internal(&error))?;
    let json = json.map_err(|error| ApiError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], json))
}

/// Checks the name and the cash balance if they are given.
fn check_fields(form: &UploadForm) -> Result<(), ApiError> {
    let name = if form.name.is_empty() { None } else { validate_name(&form.name).err() };
    let mut problems = positions::Problems::default();
    name.into_iter().chain(parse_cash(&form.cash).err()).for_each(|problem: Problem| problems.push(problem));
    if problems.is_empty() { Ok(()) } else { Err(ApiError::invalid_portfolio(problems)) }
}

impl PreviewBody {
    fn new(preview_id: Uuid, checked: CheckedFile) -> Self {
        let can_start = checked.can_start();
        let CheckedFile { content, totals, prices, remembered } = checked;
        let mut problems = content.problems;
        for problem in &mut problems {
            problem.examples.truncate(EXAMPLES);
        }
        Self {
            preview_id,
            kind: content.kind,
            layout: content.layout,
            reading: content.reading,
            remembered: remembered.map(|layout| layout.id),
            positions: content.positions,
            cash: content.cash,
            not_positions: content.not_positions,
            problems,
            warnings: content.warnings,
            totals,
            prices,
            can_start,
        }
    }
}

/// Parses the JSON that starts a preview. Returns `None` if it does not name a preview.
///
/// # Errors
/// Returns a 404 error if the id is not one of a preview, and a 400 error if another field cannot
/// be read.
pub fn start_request(json: &[u8]) -> Result<Option<StartPreview>, ApiError> {
    let body: Value = serde_json::from_slice(json).unwrap_or_default();
    let Some(id) = body.get("preview_id") else { return Ok(None) };
    if Uuid::deserialize(id).is_err() {
        return Err(ApiError::preview_not_found());
    }
    serde_json::from_value(body).map(Some).map_err(|_| {
        let message = "A field can't be read; send preview_id, portfolio_name, cash_balance and reading.";
        ApiError::new(StatusCode::BAD_REQUEST, "malformed_body", message)
    })
}

/// Starts the portfolio of a preview. If it has already been started, returns the same portfolio.
///
/// # Errors
/// Returns a 404 error if the preview does not exist, and a 422 error with all problems if a
/// question is open.
pub async fn start(
    state: &AppState,
    writer: &Writer,
    request: StartPreview,
) -> Result<(StartedPortfolio, Vec<FileWarning>), ApiError> {
    let open = match state.previews.open(&writer.user().id, request.preview_id).await? {
        PreviewState::Started(run) => return Ok((state.previews.started_portfolio(run).await?, Vec::new())),
        PreviewState::Open(open) => *open,
    };
    let stored = open.preview.entries.clone();
    let entries = PreviewEntries {
        name: request.portfolio_name.unwrap_or(stored.name),
        cash: request.cash_balance.map_or(stored.cash, CashBalance::typed),
        changes: stored.changes.merged(request.reading.unwrap_or_default()),
    };
    let open = match state.previews.change(open, entries).await? {
        PreviewState::Started(run) => return Ok((state.previews.started_portfolio(run).await?, Vec::new())),
        PreviewState::Open(open) => open,
    };
    let warnings = open.checked.content.warnings.clone();
    match state.previews.start(open).await? {
        StartOutcome::Started(started) => Ok((started, warnings)),
        StartOutcome::Unanswered(open) => {
            let mut problems = positions::Problems::default();
            open.field_problems().for_each(|problem| problems.push(problem));
            problems.append(open.checked.content.listed_problems());
            Err(ApiError::invalid_portfolio(problems))
        }
    }
}
