//! The upload, whichever way it comes: from a multipart body to a stored portfolio, or to every problem.

use crate::server::{
    store::{AcceptedRun, NewPortfolio},
    util::clock,
    web::{error::ApiError, identity::user::Writer, middleware::traffic::arriving_body::fault_of, state::AppState},
};
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

/// The largest upload, in bytes.
pub const MAX_UPLOAD: usize = 10_000_000;

/// The most bytes of a field that is no file.
const MAX_FIELD: usize = 4 * 1024;

/// More fields than any form has.
const MAX_FIELDS: usize = 20;

/// The name of the portfolio that *Try a sample portfolio* makes.
const SAMPLE_NAME: &str = "Sample Portfolio";

/// The fields as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadForm {
    /// Portfolio name.
    pub name: String,
    /// Cash balance.
    pub cash: String,
    /// The file, or the text of one that was sent before and needs correction.
    pub csv: Option<Bytes>,
    /// *Try a sample portfolio* was pressed: the other fields do not matter.
    pub sample: bool,
    /// The one-time token of the page's form; programs send none.
    pub token: Option<Uuid>,
}

/// An upload that became a run.
#[derive(Debug)]
pub struct Accepted {
    /// The run.
    pub run: AcceptedRun,
    /// The portfolio's name as stored.
    pub name: String,
    /// What was passed over in the file.
    pub warnings: Vec<Warning>,
}

/// Why an upload did not become a run.
#[derive(Debug)]
pub enum Refused {
    /// What a person can correct, all of it.
    Problems(Problems),
    /// Anything else.
    Other(ApiError),
}

impl UploadForm {
    /// Reads the fields of a multipart body, piece by piece as it arrives.
    ///
    /// # Errors
    /// 413 over a size limit, 408 for a body that comes too slowly, 400 for one that is not
    /// well-formed.
    pub async fn read(mut body: Multipart) -> Result<Self, ApiError> {
        let mut form = Self::default();
        let mut pasted = None;
        let mut fields = 0;
        while let Some(field) = body.next_field().await.map_err(|error| unreadable(&error))? {
            fields += 1;
            if fields > MAX_FIELDS {
                return Err(malformed());
            }
            match field.name().unwrap_or_default() {
                "portfolio_name" => form.name = text(field).await?,
                "cash_balance" => form.cash = text(field).await?,
                // A browser sends an empty part where no file was chosen.
                "csv_file" => form.csv = Some(collect(field, usize::MAX).await?).filter(|csv| !csv.is_empty()),
                "csv_text" => pasted = Some(collect(field, usize::MAX).await?).filter(|csv| !csv.is_empty()),
                "sample" => form.sample = true,
                "form_token" => form.token = text(field).await?.parse().ok(),
                // What is skipped is not kept.
                _ => {}
            }
        }
        form.csv = form.csv.or(pasted);
        Ok(form)
    }

    /// Validates the form, stores the portfolio and starts its run.
    ///
    /// # Errors
    /// Every problem at once, or why nothing could be stored.
    pub async fn accept(&self, state: &AppState, writer: &Writer) -> Result<Accepted, Refused> {
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
                parsed.map_err(|error| Refused::Other(ApiError::internal(&error)))?
            }
            None => Err(no_file().into()),
        };
        let (name, cash, file) = match (name, cash, file) {
            (Ok(name), Ok(cash), Ok(file)) => (name, cash, file),
            (name, cash, file) => {
                let mut problems = Problems::default();
                [name.err(), cash.err()].into_iter().flatten().for_each(|problem| problems.push(problem));
                problems.append(file.err().unwrap_or_default());
                return Err(Refused::Problems(problems));
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
        let run = state.setups.create(new).await.map_err(|error| Refused::Other(error.into()))?;
        Ok(Accepted { run, name, warnings: file.warnings })
    }
}

/// Names a form and what was in it. Only the same content counts as the same form: who goes back
/// and sends another file gets another portfolio.
fn form_key(token: Uuid, name: &str, cash: f64, positions: &[Position]) -> String {
    let content = serde_json::json!([token, name, cash, positions]);
    hex(&Sha256::digest(content.to_string()))
}

/// The bytes of a field, at most so many.
async fn collect(mut field: Field<'_>, most: usize) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if bytes.len() + chunk.len() > most {
            let message = "A field of the form is longer than 4 KB; shorten it and send the form again.";
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// A field that a person typed.
async fn text(field: Field<'_>) -> Result<String, ApiError> {
    Ok(String::from_utf8_lossy(&collect(field, MAX_FIELD).await?).into_owned())
}

fn no_file() -> Problem {
    let message = "There is no positions file; choose a CSV file, or download the template to start from.";
    Problem::in_field("csv_file", ProblemCode::Required, message)
}

/// A body that cannot be read as a form.
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
