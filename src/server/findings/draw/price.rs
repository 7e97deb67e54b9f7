//! Draws the prices of one symbol as a tile: the symbol, a line of its closes, and the change.

use status::{counted, format_count};

use super::{
    Drawing,
    html::{escaped, line, symbol as symbol_html},
};
use crate::{pages::format, server::findings::TilePrice};

/// Maximum number of characters of a reason in a tile.
const MAX_REASON: usize = 120;

/// Height of a tile's line in the units of its view box. The closes are scaled to 0..=99.
const HEIGHT: i32 = 99;

/// Horizontal distance between two points.
const STEP: i32 = 4;

pub(super) fn draw(symbol: &str, price: &TilePrice) -> Drawing {
    let symbol = symbol_html(symbol);
    match price {
        TilePrice::Waiting => {
            Drawing { class: "tile waiting", html: format!("<b>{symbol}</b> <span>No price so far</span>") }
        }
        TilePrice::Missing { reason } => {
            let reason = escaped(reason, MAX_REASON);
            Drawing { class: "tile none", html: format!("<b>{symbol}</b> <span>No price: {reason}</span>") }
        }
        TilePrice::Known { points, change, days } => {
            let class = match change {
                Some(change) if *change < 0.0 => "tile falling",
                _ => "tile",
            };
            let xs = (0..).step_by(STEP.unsigned_abs() as usize);
            let path = line(xs.zip(points).map(|(x, point)| (x, HEIGHT - i32::from(*point))));
            let width = STEP * i32::try_from(points.len().saturating_sub(1)).unwrap_or(0);
            let change = change_in_percent(*change);
            let days = counted(*days, "day");
            let html = format!(
                "<b>{symbol}</b> <svg viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
                 <path class=\"series main\" d=\"{path}\"/></svg> \
                 <span>{change}<span class=\"visually-hidden\"> in {days}</span></span>"
            );
            Drawing { class, html }
        }
    }
}

/// Formats a change with its sign: "+12.3%", "-4.0%", "0.0%".
fn change_in_percent(change: Option<f64>) -> String {
    let text = format::percent(change);
    let is_gain = change.is_some_and(|change| change > 0.0) && text != "0.0%";
    if is_gain { format!("+{text}") } else { text }
}

/// Draws how many symbols have no tile of their own, and how many of those have prices.
pub(super) fn draw_more(priced: u64, missing: u64, waiting: u64) -> Drawing {
    let counts = [(priced, "with prices"), (missing, "without prices"), (waiting, "with no price so far")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, state)| format!("{} {state}", format_count(count))).collect();
    let total = counted(priced + missing + waiting, "more symbol");
    Drawing { class: "tile more", html: format!("And {total}: {}", counts.join(", ")) }
}
