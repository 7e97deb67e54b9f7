//! What must hold for whatever a provider answers. `fuzz/` calls it with answers that no provider gives.

use chrono::NaiveDate;

use super::{
    Answer, ProviderError, RawBar, polygon, tiingo,
    validate::{oddities, sound_history},
};

/// An answer of Tiingo.
///
/// # Panics
/// Where something does not hold.
pub fn tiingo(bytes: &[u8]) {
    judge(&tiingo::read(&answer(bytes)));
}

/// An answer of Polygon.
///
/// # Panics
/// Where something does not hold.
pub fn polygon(bytes: &[u8]) {
    judge(&polygon::read(&answer(bytes)));
}

/// The first byte chooses the status, the second one the content type; a digit and a letter in the seeds.
fn answer(bytes: &[u8]) -> Answer {
    const STATUSES: [u16; 8] = [200, 401, 403, 404, 429, 500, 302, 206];
    let (head, body) = bytes.split_at(bytes.len().min(2));
    let choice = |at: usize| usize::from(head.get(at).copied().unwrap_or_default());
    Answer {
        status: STATUSES[choice(0) % STATUSES.len()],
        content_type: ["application/json", "text/html", "text/plain", ""][choice(1) % 4].to_owned(),
        retry_after_seconds: Some(3),
        body: body.to_vec(),
    }
}

fn judge(read: &Result<Vec<RawBar>, ProviderError>) {
    match read {
        Ok(raw) => {
            assert!(!raw.is_empty());
            let (from, to) = (NaiveDate::MIN, NaiveDate::MAX);
            let Ok((bars, notes)) = sound_history(raw, from, to) else { return };
            assert!(!bars.is_empty() && bars.len() <= raw.len());
            assert!(bars.windows(2).all(|pair| pair[0].date < pair[1].date), "{bars:?}");
            let is_price = |price: f64| price.is_finite() && price > 0.0;
            assert!(bars.iter().all(|bar| is_price(bar.close) && is_price(bar.adj_close)), "{bars:?}");
            for said in notes.iter().chain(&oddities(&bars)) {
                assert!(!said.chars().any(char::is_control), "{said:?}");
            }
        }
        // Our own words, whatever came.
        Err(error) => assert!(error.to_string().len() < 200, "{error}"),
    }
}

#[cfg(test)]
mod tests {
    use test_support::fuzz_seeds;

    #[test]
    fn it_holds_for_every_seed_of_tiingo() {
        fuzz_seeds::each_of("tiingo", super::tiingo);
    }

    #[test]
    fn it_holds_for_every_seed_of_polygon() {
        fuzz_seeds::each_of("polygon", super::polygon);
    }
}
