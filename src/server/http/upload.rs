//! The upload, whichever way it comes: from a multipart body to a stored portfolio, or to every problem.

use axum::extract::{Multipart, multipart::MultipartError};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{AppState, Writer, error::ApiError};
use crate::server::{
    clock,
    portfolio::{
        Position, Problem, ProblemCode, Rules, Warning, parse_cash, parse_positions, sample_csv, validate_name,
    },
    store::{NewPortfolio, StoredRun},
    text::hex,
};

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
    pub csv: Option<Vec<u8>>,
    /// *Try a sample portfolio* was pressed: the other fields do not matter.
    pub sample: bool,
    /// The one-time token of the page's form; programs send none.
    pub token: Option<Uuid>,
}

/// An upload that became a run.
#[derive(Debug)]
pub struct Accepted {
    /// The run.
    pub run: StoredRun,
    /// The portfolio's name as stored.
    pub name: String,
    /// What was passed over in the file.
    pub warnings: Vec<Warning>,
}

/// Why an upload did not become a run.
#[derive(Debug)]
pub enum Refused {
    /// What a person can correct, all of it.
    Problems(Vec<Problem>),
    /// Anything else.
    Other(ApiError),
}

impl UploadForm {
    /// Reads the fields of a multipart body.
    ///
    /// # Errors
    /// 413 over the size limit, 400 for a body that is not well-formed.
    pub async fn read(mut body: Multipart) -> Result<Self, ApiError> {
        let mut form = Self::default();
        let mut pasted = None;
        while let Some(field) = body.next_field().await.map_err(|error| unreadable(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
            let text = || String::from_utf8_lossy(&bytes).into_owned();
            match name.as_str() {
                "portfolio_name" => form.name = text(),
                "cash_balance" => form.cash = text(),
                // A browser sends an empty part where no file was chosen.
                "csv_file" if !bytes.is_empty() => form.csv = Some(bytes.to_vec()),
                "csv_text" if !bytes.is_empty() => pasted = Some(bytes.to_vec()),
                "sample" => form.sample = true,
                "form_token" => form.token = text().parse().ok(),
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
        let rules = Rules { today, last_price_date };
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
        let file = match &form.csv {
            Some(csv) => parse_positions(csv, &rules),
            None => Err(vec![Problem::in_field(
                "csv_file",
                ProblemCode::Required,
                "There is no positions file; choose a CSV file, or download the template to start from.",
            )]),
        };
        let (name, cash, file) = match (name, cash, file) {
            (Ok(name), Ok(cash), Ok(file)) => (name, cash, file),
            (name, cash, file) => {
                let fields = [name.err(), cash.err()].into_iter().flatten();
                return Err(Refused::Problems(fields.chain(file.err().into_iter().flatten()).collect()));
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

/// Names a form and what was in it. Only the same content counts as the same form: who goes back and sends another file
/// gets another portfolio.
fn form_key(token: Uuid, name: &str, cash: f64, positions: &[Position]) -> String {
    let content = serde_json::json!([token, name, cash, positions]);
    hex(&Sha256::digest(content.to_string()))
}

/// A body that cannot be read as a form.
pub fn unreadable(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The upload is larger than 10 MB; split the portfolio or remove columns.",
        );
    }
    ApiError::new(StatusCode::BAD_REQUEST, "malformed_body", "The upload arrived incomplete; send it again.")
}
