//! Checks that must hold for every parsed provider response. The fuzz targets in `fuzz/` run them
//! on generated responses.

use chrono::NaiveDate;

use super::{
    ProviderError, ProviderResponse, RawBar, polygon, tiingo,
    validate::{anomalies, clean_history},
};

/// Parses the fuzz input as a response from Tiingo and checks the result.
///
/// # Panics
/// Panics if a check fails.
pub fn tiingo(bytes: &[u8]) {
    check(&tiingo::read(&response(bytes)));
}

/// Parses the fuzz input as a response from Polygon and checks the result.
///
/// # Panics
/// Panics if a check fails.
pub fn polygon(bytes: &[u8]) {
    check(&polygon::read(&response(bytes)));
}

/// Builds a response from fuzz input. The first byte selects the status, the second byte selects
/// the content type, and the rest is the body. The seed files begin with a digit and a letter for
/// these two bytes.
fn response(bytes: &[u8]) -> ProviderResponse {
    const STATUSES: [u16; 8] = [200, 401, 403, 404, 429, 500, 302, 206];
    let (head, body) = bytes.split_at(bytes.len().min(2));
    let choice = |at: usize| usize::from(head.get(at).copied().unwrap_or_default());
    ProviderResponse {
        status: STATUSES[choice(0) % STATUSES.len()],
        content_type: ["application/json", "text/html", "text/plain", ""][choice(1) % 4].to_owned(),
        retry_after_seconds: Some(3),
        body: body.to_vec(),
    }
}

fn check(read: &Result<Vec<RawBar>, ProviderError>) {
    match read {
        Ok(raw) => {
            assert!(!raw.is_empty());
            let (from, to) = (NaiveDate::MIN, NaiveDate::MAX);
            let Ok((bars, notes)) = clean_history(raw, from, to) else { return };
            assert!(!bars.is_empty() && bars.len() <= raw.len());
            assert!(bars.windows(2).all(|pair| pair[0].date < pair[1].date), "{bars:?}");
            let is_price = |price: f64| price.is_finite() && price > 0.0;
            assert!(bars.iter().all(|bar| is_price(bar.close) && is_price(bar.adj_close)), "{bars:?}");
            for note in notes.iter().chain(&anomalies(&bars, to)) {
                assert!(!note.chars().any(char::is_control), "{note:?}");
            }
        }
        // An error message must not quote the response, because the response may be large.
        Err(error) => assert!(error.to_string().len() < 200, "{error}"),
    }
}

#[cfg(test)]
mod tests {
    use test_support::fuzz_seeds;

    #[test]
    fn holds_for_all_seeds_of_tiingo() {
        fuzz_seeds::each_of("tiingo", super::tiingo);
    }

    #[test]
    fn holds_for_all_seeds_of_polygon() {
        fuzz_seeds::each_of("polygon", super::polygon);
    }
}
