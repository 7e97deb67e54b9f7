//! Reads uploads from the page's form and from programs: a multipart body with a file and fields.

use std::sync::Arc;

use axum::{
    extract::{
        Multipart,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use positions::{Problems, Reading};
use uuid::Uuid;

use crate::server::{
    previews::{CheckedFile, MAX_CHANGES, PreviewError, PreviewService, UploadedFile, ValidForm, no_file},
    web::{error::ApiError, middleware::traffic::arriving_body::fault_of},
};

/// Maximum size of an upload, in bytes.
pub const MAX_UPLOAD: usize = 10_000_000;

/// Maximum size of a form field other than the file, in bytes.
const MAX_FIELD: usize = 4 * 1024;

/// Maximum number of fields in an upload. The page's form has fewer.
const MAX_FIELDS: usize = 20;

/// Maximum length of a file's name, in characters.
const MAX_FILE_NAME: usize = 100;

/// Name of a file that arrived as text.
const PASTED_NAME: &str = "pasted.csv";

/// The fields of an upload, not yet validated.
#[derive(Debug, Clone, Default)]
pub struct UploadForm {
    pub name: String,
    pub cash: String,
    /// The uploaded file. If no file was chosen, this is pasted text, or the text of an earlier
    /// upload that the user corrected on the page.
    pub file: Option<UploadedFile>,
    /// `true` if *Try a sample portfolio* was pressed. The name, cash balance and file are then
    /// ignored.
    pub sample: bool,
    /// The one-time token of the page's form. Programs send no token.
    pub token: Option<Uuid>,
    /// The preview of a correction whose file this one replaces.
    pub corrects: Option<Uuid>,
    /// A program's decisions about the reading of the file, as JSON.
    pub reading: Option<Vec<u8>>,
}

/// An upload whose form is valid and whose file can be read.
pub struct ReadUpload {
    pub form: ValidForm,
    pub file: UploadedFile,
    pub checked: CheckedFile,
}

/// Why an upload cannot be used as it is.
pub struct RejectedUpload {
    /// All problems of the form and the file.
    pub problems: Problems,
    /// Whether the file can be read. The form's fields are then the only reason.
    pub is_file_readable: bool,
}

impl UploadForm {
    /// Reads the fields of a multipart body chunk by chunk, as it arrives.
    ///
    /// # Errors
    /// Returns a 413 error if a size limit is exceeded, 408 if the body arrives too slowly, 429 or
    /// 503 if its bytes exceed a traffic limit, and 400 if it is malformed.
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
                // A browser sends an empty part if no file was chosen.
                "csv_file" => {
                    let name = file_name(field.file_name().unwrap_or_default());
                    form.file = uploaded(name, collect(field, usize::MAX).await?);
                }
                "text" | "csv_text" => {
                    let bytes = collect(field, usize::MAX).await?;
                    pasted = uploaded(PASTED_NAME.to_owned(), bytes).or(pasted);
                }
                "reading" => form.reading = Some(collect(field, MAX_CHANGES).await?),
                "sample" => form.sample = true,
                "form_token" => form.token = text(field).await?.parse().ok(),
                "corrects" => form.corrects = text(field).await?.parse().ok(),
                // Unknown fields are skipped; their content is not held in memory.
                _ => {}
            }
        }
        form.file = form.file.or(pasted);
        Ok(form)
    }

    /// Validates the fields and reads the file. Pages apply the user's remembered layouts; programs
    /// get the same result for the same file every time.
    ///
    /// # Errors
    /// The inner error has all problems of the form and the file, the outer one is any other
    /// failure.
    pub async fn check(
        &self,
        previews: &PreviewService,
        user: &str,
        uses_layouts: bool,
    ) -> Result<Result<ReadUpload, RejectedUpload>, ApiError> {
        let form = ValidForm::new(&self.name, &self.cash, self.token);
        let file = match &self.file {
            None => Err(no_file()),
            Some(file) => {
                let read = if uses_layouts {
                    previews.read(user, file.bytes.clone(), &Reading::default()).await
                } else {
                    previews.read_without_layout(user, file.bytes.clone()).await
                };
                match read {
                    Ok(checked) => Ok((file.clone(), checked)),
                    Err(PreviewError::Unreadable(problem)) => Err(problem),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        Ok(match (form, file) {
            (Ok(form), Ok((file, checked))) => Ok(ReadUpload { form, file, checked }),
            (form, file) => {
                let mut problems = form.err().unwrap_or_default();
                let is_file_readable = file.is_ok();
                match file {
                    Ok((_, checked)) => problems.append(checked.content.listed_problems()),
                    Err(problem) => problems.push(problem),
                }
                Err(RejectedUpload { problems, is_file_readable })
            }
        })
    }

    /// Parses the field `reading`.
    ///
    /// # Errors
    /// Returns a 400 error if it is not the JSON of a reading.
    pub fn changes(&self) -> Result<Reading, ApiError> {
        let Some(json) = &self.reading else { return Ok(Reading::default()) };
        serde_json::from_slice(json).map_err(|_| invalid_reading())
    }
}

/// Returns the error for a `reading` that is not one.
pub fn invalid_reading() -> ApiError {
    let message = "The reading isn't valid; send the reading of an earlier answer, with your changes.";
    ApiError::new(StatusCode::BAD_REQUEST, "invalid_reading", message)
}

/// Returns a file, or `None` if it is empty: a browser sends an empty part if no file was chosen.
fn uploaded(name: String, bytes: Vec<u8>) -> Option<UploadedFile> {
    (!bytes.is_empty()).then(|| UploadedFile { name, bytes: Arc::new(bytes) })
}

/// Returns the last part of a file's path without characters that could mislead or break out of a
/// header.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_safe = |character: &char| {
        !text::is_unshowable(*character) && !matches!(character, '"' | '<' | '>' | ':' | '|' | '?' | '*')
    };
    let name: String = name.chars().filter(is_safe).take(MAX_FILE_NAME).collect();
    let name = name.trim_matches(|character: char| character == '.' || character.is_whitespace());
    if name.is_empty() { "positions.csv".to_owned() } else { name.to_owned() }
}

/// Reads a field of at most `limit` bytes.
async fn collect(mut field: Field<'_>, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if bytes.len() + chunk.len() > limit {
            let message = "A field of the form is too long; shorten it and send the form again.";
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads a text field of at most [`MAX_FIELD`] bytes.
async fn text(field: Field<'_>) -> Result<String, ApiError> {
    Ok(String::from_utf8_lossy(&collect(field, MAX_FIELD).await?).into_owned())
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

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn keeps_safe_part_of_file_name() {
        let long = "x".repeat(101);
        for (sent, kept) in [
            ("Positions 2022.csv", "Positions 2022.csv"),
            ("C:\\Users\\me\\a.csv", "a.csv"),
            ("../../etc/passwd", "passwd"),
            ("a\"b\r\nc\u{202e}.csv", "abc.csv"),
            ("..", "positions.csv"),
            ("", "positions.csv"),
            (&long, &long[..100]),
        ] {
            assert_eq!(file_name(sent), kept, "{sent:?}");
        }
    }
}
