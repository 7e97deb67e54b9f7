//! Draws named numbers as bars that start at zero in the middle.

use status::{counted, format_count};

use super::{
    Drawing,
    html::{escaped, scale},
};
use crate::{pages::format, server::findings::Bars};

/// Half of the view box's width.
const SIDE: i32 = 50;

/// Maximum number of characters of a symbol, or of a factor's name with its ticker.
const MAX_NAME: usize = 40;

/// Draws the market betas of the largest holdings.
pub(super) fn draw_betas(betas: &Bars) -> Drawing {
    if betas.bars.is_empty() {
        return words("No holding has enough returns for a beta.".to_owned());
    }
    let rest = rest(betas, "symbol");
    words(format!("{}<p class=\"small\">A beta of 1 moves as much as the market.{rest}</p>", list(betas)))
}

/// Draws the portfolio's exposures to factors.
pub(super) fn draw_exposures(exposures: &Bars) -> Drawing {
    if exposures.bars.is_empty() {
        return words("No exposure could be computed.".to_owned());
    }
    let rest = rest(exposures, "factor");
    words(format!("{}<p class=\"small\">Betas of the portfolio as a whole.{rest}</p>", list(exposures)))
}

fn words(html: String) -> Drawing {
    Drawing { class: "drawing", html }
}

/// Counts the items that have no bar.
fn rest(bars: &Bars, noun: &str) -> String {
    let more = (bars.more > 0).then(|| format!(" {} more.", format_count(bars.more)));
    let without = (bars.without > 0).then(|| format!(" {} without.", counted(bars.without, noun)));
    [more, without].into_iter().flatten().collect()
}

fn list(Bars { bars, .. }: &Bars) -> String {
    let largest = bars.iter().map(|(_, value)| value.abs()).fold(0.0, f64::max);
    let bar = |(name, value): &(String, f64)| {
        let width = if largest > 0.0 { scale(value.abs(), 0.0, largest, SIDE) } else { 0 };
        let (class, x) = if *value < 0.0 { ("loss", SIDE - width) } else { ("gain", SIDE) };
        let (name, value) = (escaped(name, MAX_NAME), format::number(Some(*value)));
        format!(
            "<li><span class=\"of\">{name}</span> <svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"bar {class}\" x=\"{x}\" y=\"1\" width=\"{width}\" height=\"8\"/></svg> \
             <span class=\"much\">{value}</span></li>"
        )
    };
    format!("<ul class=\"bars\">{}</ul>", bars.iter().map(bar).collect::<String>())
}
