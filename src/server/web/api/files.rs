//! `/api/v1/onboarding/portfolios/{id}/file`: downloads the file that a portfolio was read from.

use std::fmt::Write;

use axum::{
    extract::{Path, State},
    http::header,
    response::IntoResponse,
};

use super::portfolio_id::parse_id;
use crate::server::web::{
    error::{ApiError, ErrorBody},
    identity::access::PortfolioAccess,
    state::AppState,
};

/// Downloads the file that a portfolio was read from, as it was uploaded.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/portfolios/{id}/file",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    responses(
        (status = 200, description = "The uploaded file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`; `no_file`: the portfolio was uploaded before files were kept", body = ErrorBody),
    )
)]
pub async fn file(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let id = parse_id(&id)?;
    let viewer = access.authorize_read(&state, id).await?;
    let file = state.setups.store().portfolio_file(viewer, id).await?.ok_or_else(ApiError::no_file)?.file;
    let disposition = attachment(&file.name);
    let bytes = state.setups.computing().run(move || file.decompress()).await;
    let bytes = bytes.map_err(|error| ApiError::internal(&error))?.map_err(|error| ApiError::internal(&error))?;
    // Browsers must not show an uploaded file as a page of this site.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes))
}

/// Returns a `Content-Disposition` header with the file's name: once in ASCII, and once encoded as
/// UTF-8 (RFC 6266).
fn attachment(name: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || " ._-()".contains(character);
    let ascii: String = name.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn encodes_file_name_for_header() {
        for (name, header) in [
            ("a 1.csv", "attachment; filename=\"a 1.csv\"; filename*=UTF-8''a%201.csv"),
            ("dépôt.csv", "attachment; filename=\"d_p_t.csv\"; filename*=UTF-8''d%C3%A9p%C3%B4t.csv"),
            ("a\"\r\n;.csv", "attachment; filename=\"a____.csv\"; filename*=UTF-8''a%22%0D%0A%3B.csv"),
        ] {
            assert_eq!(attachment(name), header);
        }
    }
}
