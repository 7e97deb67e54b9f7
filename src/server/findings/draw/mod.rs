//! Draws findings as HTML. Each drawing says in words what it shows, and contains neither inline
//! styles nor text that is not escaped.

mod bars;
mod correlations;
mod equity;
mod html;
mod price;
mod volatility;

use super::{Finding, FindingRecord, Panel};

/// The inside of a finding's HTML element, and the element's CSS class.
struct Drawing {
    class: &'static str,
    html: String,
}

/// Draws a finding as one HTML element with its id and time. Returns an empty text if the run has
/// withdrawn the finding.
///
/// `is_new` marks an element that joins a page which is already open; it lights up briefly.
pub fn drawing(record: &FindingRecord, is_new: bool) -> String {
    if record.is_withdrawn {
        return String::new();
    }
    let Drawing { class, html } = match &record.finding {
        Finding::Price { symbol, price, .. } => price::draw(symbol, price),
        Finding::MorePrices { priced, missing, waiting } => price::draw_more(*priced, *missing, *waiting),
        Finding::Equity(curve) => equity::draw(curve),
        Finding::Betas(betas) => bars::draw_betas(betas),
        Finding::Exposures(exposures) => bars::draw_exposures(exposures),
        Finding::Volatility(volatility) => volatility::draw(volatility),
        Finding::Correlations(grid) => correlations::draw(grid),
    };
    // The prices are a list; each other panel has a single drawing.
    let element = if record.finding.place().0 == Panel::Prices { "li" } else { "div" };
    let new = if is_new { " new" } else { "" };
    let (id, at_ms) = (record.finding.id(), record.at_ms);
    format!("<{element} id=\"{id}\" data-at=\"{at_ms}\" class=\"{class}{new}\">{html}</{element}>")
}
