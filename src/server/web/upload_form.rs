//! Handles uploads from the page's form and from programs: parses the multipart body, validates it,
//! and either stores the portfolio or returns every problem.

use axum::{
    body::Bytes,
    extract::{
        Multipart,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use positions::{
    Position, Problem, ProblemCode, Problems, UploadRules, Warning, parse_cash, parse_positions, sample_csv,
    validate_name,
};
use sha2::{Digest, Sha256};
use text::hex;
use uuid::Uuid;

use crate::server::{
    store::{AcceptedRun, NewPortfolio},
    util::clock,
    web::{error::ApiError, identity::user::Writer, middleware::traffic::arriving_body::fault_of, state::AppState},
};

/// Maximum size of an upload, in bytes.
pub const MAX_UPLOAD: usize = 10_000_000;

/// Maximum size of a form field other than the file, in bytes.
const MAX_FIELD: usize = 4 * 1024;

/// Maximum number of fields in an upload. The page's form has fewer.
const MAX_FIELDS: usize = 20;

/// Name of the portfolio that the *Try a sample portfolio* button creates.
const SAMPLE_NAME: &str = "Sample Portfolio";

/// The fields of an upload, not yet validated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadForm {
    pub name: String,
    pub cash: String,
    /// The uploaded file. If no file was chosen, this is the text of an earlier upload that the
    /// user corrected on the page.
    pub csv: Option<Bytes>,
    /// `true` if *Try a sample portfolio* was pressed. The name, cash balance and file are then
    /// ignored.
    pub sample: bool,
    /// The one-time token of the page's form. Programs send no token.
    pub token: Option<Uuid>,
}

/// An accepted upload, whose run has started.
#[derive(Debug)]
pub struct AcceptedUpload {
    pub run: AcceptedRun,
    /// The portfolio's name after validation, as stored.
    pub name: String,
    /// Parts of the file that were ignored, such as unknown columns.
    pub warnings: Vec<Warning>,
}

/// Reason why an upload was rejected.
#[derive(Debug)]
pub enum UploadError {
    /// All problems that the user can correct in the form or the file.
    Problems(Problems),
    /// Any other error, such as an exceeded quota or an unavailable database.
    Other(ApiError),
}

impl UploadForm {
    /// Reads the fields of a multipart body chunk by chunk, as it arrives.
    ///
    /// # Errors
    /// Returns a 413 error if a size limit is exceeded, 408 if the body arrives too slowly, 429 or
    /// 503 if its bytes exceed a traffic limit, and 400 if it is malformed.
    pub async fn read(mut body: Multipart) -> Result<Self, ApiError> {
        let mut form = Self::default();
        let mut corrected_text = None;
        let mut fields = 0;
        while let Some(field) = body.next_field().await.map_err(|error| unreadable(&error))? {
            fields += 1;
            if fields > MAX_FIELDS {
                return Err(malformed());
            }
            match field.name().unwrap_or_default() {
                "portfolio_name" => form.name = text(field).await?,
                "cash_balance" => form.cash = text(field).await?,
                // A browser sends an empty part if no file was chosen.
                "csv_file" => form.csv = Some(collect(field, usize::MAX).await?).filter(|csv| !csv.is_empty()),
                "csv_text" => corrected_text = Some(collect(field, usize::MAX).await?).filter(|csv| !csv.is_empty()),
                "sample" => form.sample = true,
                "form_token" => form.token = text(field).await?.parse().ok(),
                // Unknown fields are skipped; their content is not held in memory.
                _ => {}
            }
        }
        form.csv = form.csv.or(corrected_text);
        Ok(form)
    }

    /// Validates the form, stores the portfolio and starts its run.
    ///
    /// # Errors
    /// Returns [`UploadError::Problems`] with all problems of the form and the file, or
    /// [`UploadError::Other`] if the portfolio could not be stored.
    pub async fn accept(&self, state: &AppState, writer: &Writer) -> Result<AcceptedUpload, UploadError> {
        let today = chrono::Utc::now().date_naive();
        let last_price_date = state.setups.market_data().facts().dates.map(|(_, last)| last);
        let rules = UploadRules { today, last_price_date };
        let sample = Self {
            name: SAMPLE_NAME.to_owned(),
            cash: "50000".to_owned(),
            csv: Some(sample_csv().into()),
            sample: true,
            token: self.token,
        };
        let form = if self.sample { &sample } else { self };

        let name = validate_name(&form.name);
        let cash = parse_cash(&form.cash);
        let file = match form.csv.clone() {
            Some(csv) => {
                let parsed = state.setups.computing().run(move || parse_positions(&csv, &rules)).await;
                parsed.map_err(|error| UploadError::Other(ApiError::internal(&error)))?
            }
            None => Err(no_file().into()),
        };
        let (name, cash, file) = match (name, cash, file) {
            (Ok(name), Ok(cash), Ok(file)) => (name, cash, file),
            (name, cash, file) => {
                let mut problems = Problems::default();
                [name.err(), cash.err()].into_iter().flatten().for_each(|problem| problems.push(problem));
                problems.append(file.err().unwrap_or_default());
                return Err(UploadError::Problems(problems));
            }
        };
        let form_key = form.token.map(|token| form_key(token, &name, cash, &file.positions));
        let new = NewPortfolio {
            form_key,
            id: Uuid::new_v4(),
            owner: writer.user().id.clone(),
            name: name.clone(),
            cash,
            positions: file.positions,
            created_ms: clock::now_ms(),
        };
        let run = state.setups.create(new).await.map_err(|error| UploadError::Other(error.into()))?;
        Ok(AcceptedUpload { run, name, warnings: file.warnings })
    }
}

/// Hashes the one-time token of a form together with the form's content. Submitting a form twice
/// with the same content creates one portfolio; going back and submitting another file creates a
/// second one.
fn form_key(token: Uuid, name: &str, cash: f64, positions: &[Position]) -> String {
    let content = serde_json::json!([token, name, cash, positions]);
    hex(&Sha256::digest(content.to_string()))
}

/// Reads a field of at most `limit` bytes.
async fn collect(mut field: Field<'_>, limit: usize) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if bytes.len() + chunk.len() > limit {
            let message = "A field of the form is longer than 4 KB; shorten it and send the form again.";
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads a text field of at most [`MAX_FIELD`] bytes.
async fn text(field: Field<'_>) -> Result<String, ApiError> {
    Ok(String::from_utf8_lossy(&collect(field, MAX_FIELD).await?).into_owned())
}

fn no_file() -> Problem {
    let message = "There is no positions file; choose a CSV file, or download the template to start from.";
    Problem::in_field("csv_file", ProblemCode::Required, message)
}

/// Converts an error from the multipart reader to the API error for a body that is too slow, over a
/// limit or malformed.
fn unreadable(error: &MultipartError) -> ApiError {
    if let Some(fault) = fault_of(error) {
        return ApiError::unread_body(fault);
    }
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The upload is larger than 10 MB; split the portfolio or remove columns.",
        );
    }
    malformed()
}

fn malformed() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "malformed_body", "The upload arrived incomplete; send it again.")
}
