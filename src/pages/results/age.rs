//! How old the results are, and the button that computes them from newer prices.

use leptos::prelude::*;
use status::{counted, retry_key};
use uuid::Uuid;

use crate::{pages::format, server::results::age::ResultsAge};

/// The age of a portfolio's results, and whether the viewer may refresh them.
#[derive(Clone, Copy, Debug)]
pub struct Freshness {
    pub portfolio_id: Uuid,
    /// Number of the attempt that computed the results.
    pub attempt: u32,
    pub age: ResultsAge,
    /// Whether the viewer may change the portfolio, and no setup of it is running.
    pub can_refresh: bool,
}

/// Renders "As of Dec 28, 2022, 3 trading days old." and, if newer prices exist, the button
/// *Refresh to latest prices*.
pub fn note(freshness: Option<Freshness>) -> Option<impl IntoView> {
    let Freshness { portfolio_id, attempt, age, can_refresh } = freshness?;
    let refresh = (can_refresh && age.has_newer_prices()).then(|| {
        let action = format!("/api/v1/onboarding/portfolios/{portfolio_id}/retry");
        view! {
            <form method="post" action=action>
                <input type="hidden" name="from" value="start"/>
                <input type="hidden" name="idempotency_key" value=retry_key("start", attempt)/>
                <button class="button">"Refresh to latest prices"</button>
            </form>
        }
    });
    let rest = sentence(age);
    Some(view! {
        <div class="age">
            <p>"As of "<time datetime=age.as_of.to_string()>{format::date(age.as_of)}</time>{rest}</p>
            {refresh}
        </div>
    })
}

/// Returns the rest of the sentence after the date.
fn sentence(age: ResultsAge) -> String {
    match (age.trading_days, age.has_end) {
        (0, true) if age.is_sample => ", when the sample prices end. There are no newer ones.".to_owned(),
        (0, true) => ", when this server's price files end. There are no newer prices.".to_owned(),
        (0, false) => ", the latest prices there are.".to_owned(),
        (days, _) => format!(", {} old.", counted(days as u64, "trading day")),
    }
}

#[cfg(test)]
mod tests {
    use super::{ResultsAge, sentence};

    fn words(trading_days: usize, has_end: bool, is_sample: bool) -> String {
        let as_of = "2022-12-28".parse().unwrap();
        sentence(ResultsAge { as_of, trading_days, has_end, is_sample })
    }

    #[test]
    fn counts_age_in_trading_days() {
        assert_eq!(words(1, false, false), ", 1 trading day old.");
        assert_eq!(words(1_204, true, false), ", 1,204 trading days old.");
    }

    #[test]
    fn says_where_prices_end() {
        assert_eq!(words(0, true, true), ", when the sample prices end. There are no newer ones.");
        assert_eq!(words(0, true, false), ", when this server's price files end. There are no newer prices.");
        assert_eq!(words(0, false, false), ", the latest prices there are.");
    }
}
