//! Draws the portfolio's annualized volatility, measured and forecast.

use super::{Drawing, html::scale};
use crate::{
    pages::format,
    server::findings::{Trend, Volatility},
};

pub(super) fn draw(volatility: &Volatility) -> Drawing {
    let Volatility { measured: [day_21, day_63, day_252], forecast, trend } = volatility;
    let rows = [
        ("Last 21 days", day_21, "gain"),
        ("Last 63 days", day_63, "gain"),
        ("Last 252 days", day_252, "gain"),
        ("Next 21 days", forecast, "loss"),
    ];
    let known: Vec<(&str, f64, &str)> =
        rows.into_iter().filter_map(|(name, value, class)| Some((name, (*value)?, class))).collect();
    if known.is_empty() {
        return Drawing { class: "drawing", html: "The portfolio has too few daily returns.".to_owned() };
    }
    let largest = known.iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
    let bar = |(name, value, class): &(&str, f64, &str)| {
        let (width, value) = (scale(*value, 0.0, largest, 100), format::percent(Some(*value)));
        format!(
            "<li><span class=\"of\">{name}</span> <svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"bar {class}\" x=\"0\" y=\"1\" width=\"{width}\" height=\"8\"/></svg> \
             <span class=\"much\">{value}</span></li>"
        )
    };
    let bars: String = known.iter().map(bar).collect();
    let trend = match trend {
        Some(Trend::Rising) => " Rising.",
        Some(Trend::Falling) => " Falling.",
        Some(Trend::Stable) => " Stable.",
        None => "",
    };
    let html = format!("<ul class=\"bars\">{bars}</ul><p class=\"small\">Annualized.{trend}</p>");
    Drawing { class: "drawing", html }
}
