//! Draws the portfolio's value over time next to the market's. Both lines start at 100.

use super::{
    Drawing,
    html::{line, scale, symbol},
};
use crate::{pages::format, server::findings::EquityCurve};

/// Width and height of the view box.
const WIDTH: i32 = 240;
const HEIGHT: i32 = 80;

pub(super) fn draw(curve: &EquityCurve) -> Drawing {
    let EquityCurve { portfolio, market, .. } = curve;
    let values = || portfolio.iter().chain(market).copied();
    let (Some(low), Some(high)) = (values().min(), values().max()) else {
        return Drawing { class: "curve", html: format!("<p>{}</p>", period(curve)) };
    };
    let line_of = |(values, class): (&Vec<i32>, &str)| {
        let path = path(curve, values, low, high);
        (!values.is_empty()).then(|| format!("<path class=\"series {class}\" d=\"{path}\"/>"))
    };
    let lines: String = [(market, "gain"), (portfolio, "main")].into_iter().filter_map(line_of).collect();
    let market_name = format!("Market ({})", symbol(&curve.market_symbol));
    let legend: String = [(portfolio, "main", "Portfolio"), (market, "gain", market_name.as_str())]
        .into_iter()
        .filter_map(|(values, class, name)| Some(legend_entry(class, name, *values.last()?)))
        .collect();
    let html = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{lines}</svg>\
         <p>{legend}</p><p class=\"small\">{}</p>",
        period(curve)
    );
    Drawing { class: "curve", html }
}

fn legend_entry(class: &str, name: &str, last: i32) -> String {
    format!(
        "<svg class=\"swatch\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"series {class}\" d=\"M0 4h28\"/></svg>\
         {name} <b>{:.1}</b> ",
        f64::from(last) / 10.0
    )
}

/// Returns the days that the curve covers. A curve that is not complete says how far it is.
fn period(curve: &EquityCurve) -> String {
    let (from, to) = (format::date(curve.from), format::date(curve.to));
    let so_far = if curve.days < curve.of_days {
        format!(" ({} of {} days so far)", curve.days, curve.of_days)
    } else {
        String::new()
    };
    if curve.portfolio.is_empty() {
        return format!("{from} to {to}{so_far}. The equity was not above zero on the first day, so it has no curve.");
    }
    let both = if curve.market.is_empty() { "" } else { "both " };
    format!("{from} to {to}{so_far}, {both}100 on the first day")
}

/// Returns the line of `values`, which are evenly spread over the days so far. A curve that is not
/// complete ends where the next day will be.
fn path(curve: &EquityCurve, values: &[i32], low: i32, high: i32) -> String {
    let drawn = curve.days.saturating_sub(1) as f64 / curve.of_days.saturating_sub(1).max(1) as f64;
    let last = values.len().saturating_sub(1).max(1) as f64;
    line(values.iter().enumerate().map(|(at, value)| {
        let x = scale(at as f64 / last * drawn, 0.0, 1.0, WIDTH);
        (x, HEIGHT - scale(f64::from(*value), f64::from(low), f64::from(high), HEIGHT))
    }))
}
